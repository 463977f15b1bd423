import type { Change } from '@clsync/core/handler'
import { bring } from './bring.ts'
import { copyObject } from './copy.ts'
import type { Headers } from './header-rules.ts'
import type { Holding } from './holdings.ts'
import type { Pass } from './pass.ts'
import { posixOf } from './posix.ts'
import { RequestFailed } from './requests.ts'
import { look } from './source.ts'

type Move = Change & { readonly from: string }

/** Does all renames of a batch, in their order; those of files that have nothing to do with each other at once. */
export async function moveAll(pass: Pass, changes: readonly Change[]): Promise<void> {
  let wave: Move[] = []
  const touched = new Set<string>()
  for (const change of changes) {
    if (change.type !== 'move' || change.from === undefined) continue
    const move: Move = { ...change, from: change.from }
    const isApart = move.kind === 'file' && !lies(move.from, touched) && !lies(move.path, touched)
    if (!isApart) {
      await moveWave(pass, wave)
      wave = []
      touched.clear()
    }
    if (move.kind === 'directory') await moveWave(pass, [move])
    else {
      wave.push(move)
      touched.add(move.from).add(move.path)
    }
  }
  await moveWave(pass, wave)
}

/** Whether the path or one above it is in the set. */
function lies(path: string, among: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) if (among.has(path.slice(0, end))) return true
  return false
}

interface Copy {
  readonly held: Holding
  readonly to: string
  readonly headers: Headers
  readonly path: string
  readonly move: Move
}

async function moveWave(pass: Pass, moves: readonly Move[]): Promise<void> {
  const copies: Copy[] = []
  for (const move of moves) {
    try {
      const of = copiesOf(pass, move)
      const isHeld = move.kind === 'directory' || of.length > 0
      if (!isHeld) throw new Error(`the bucket does not hold "${move.from}"`)
      copies.push(...of)
    } catch (error) {
      pass.failed.push({ path: move.path, error })
    }
  }
  pass.target.holdings.begin(copies.map(({ to }) => to))
  const failures = pass.failed.length
  await pass.each(
    copies,
    ({ move }) => move.path,
    (copy) => copyOne(pass, copy),
  )
  const failed = new Set(pass.failed.slice(failures).map(({ path }) => path))
  for (const { held, move } of copies) if (!failed.has(move.path)) pass.doom(held.key, move.path)
  await pass.each(
    moves.filter(({ path }) => !pass.failed.some((each) => each.path === path)),
    ({ path }) => path,
    (move) => settle(pass, move),
  )
}

function copiesOf(pass: Pass, move: Move): Copy[] {
  const { holdings, keys, rules } = pass.target
  const { from, path, kind } = move
  if (kind !== 'directory') {
    const held = holdings.get(keys.file(from))
    if (held === undefined || held.state === 'doomed') return []
    return [{ held, to: keys.file(path), headers: rules.of(path), path, move }]
  }
  const copies: Copy[] = []
  for (const held of holdings.below(keys.marker(from))) {
    if (held.state === 'foreign') continue
    const to = keys.marker(path) + held.key.slice(keys.marker(from).length)
    const at = keys.path(to)
    if (at === undefined) continue
    const headers = at.isMarker
      ? rules.ofMark('application/x-directory')
      : isLink(held)
        ? rules.ofMark(LINK_TYPE)
        : rules.of(at.path)
    copies.push({ held, to, headers, path: at.path, move })
  }
  return copies
}

const LINK_TYPE = 'application/octet-stream'

/** By the mode that it was put with. */
function isLink({ posix }: Holding): boolean {
  return (Number(posix.split(' ')[1] ?? 0) & 0o170000) === 0o120000
}

async function copyOne(pass: Pass, { held, to, headers, path, move }: Copy): Promise<void> {
  const { holdings, keys, rules } = pass.target
  holdings.start(to)
  const isSure = held.state !== 'doubt' && held.digest !== ''
  const isEncodedAlike =
    held.headers === headers.hash || rules.of(path).compress === rules.of(keys.path(held.key)?.path ?? path).compress
  if (isSure && isEncodedAlike) {
    try {
      const etag = await copyObject(pass, held, to, { headers, posix: held.posix })
      holdings.put({ ...held, key: to, etag, headers: headers.hash })
      holdings.addChanged(to, false)
      pass.doomed.delete(to)
      return
    } catch (error) {
      const isOther = error instanceof RequestFailed && (error.failure.class === 'absent' || error.failure.class === 'conflict')
      if (!isOther) throw error
    }
  }
  // Nobody knows what the bucket has there: the source does.
  holdings.doubt(to)
  if (path !== move.path) await bring(pass, { path })
}

/** The entry itself may have changed on the way, and what it replaces may have been of another kind. */
async function settle(pass: Pass, { path, kind, content }: Move): Promise<void> {
  const { holdings, keys, options, source } = pass.target
  const held = holdings.get(keys.file(path))
  const isWhole = kind === 'file' && !content && held?.state === 'held'
  if (!isWhole) return bring(pass, { path })
  pass.clearAway(keys.marker(path), path)
  // The engine says that the bytes are the same; the rest is looked at.
  const stat = look(source, path)
  if (stat === undefined || posixOf(stat, options.attributes) !== held.posix) await bring(pass, { path })
}
