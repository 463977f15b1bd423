import fc from 'fast-check'
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { readTree, type TargetEntry } from '../../src/testing/snapshot.ts'
import { fuzz } from '../support/fuzz.ts'
import { liveEngine } from '../support/live-engine.ts'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'

const { runs, seed } = fuzz(15)
const FOREIGN = 'foreign/kept'

/** States of a real sync, closed in order and as a crash leaves them, with what the target held then. */
interface Base {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly held: ReadonlyMap<string, TargetEntry>
}

let folder: TempTree | undefined
let closed: Base
let crashed: Base
const target = createMemoryHandler()

/** Once; an engine belongs to a test. */
async function prepare(): Promise<void> {
  if (folder !== undefined) return
  folder = tempTree()
  for (let at = 0; at < 300; at++) folder.write(`source/d${at % 7}/e${at % 3}/f${at}`, `content ${at}`)
  const { engine } = live()
  await engine.start()
  target.entries.set('foreign', { kind: 'directory' })
  target.entries.set(FOREIGN, { kind: 'file', hash: 'theirs' })
  folder.write('source/later', 'in the log')
  folder.remove('source/d3/e1')
  await engine.idle()
  crashed = base()
  await engine.stop()
  closed = base()
}
afterAll(() => folder?.dispose())

const live = (): ReturnType<typeof liveEngine> =>
  liveEngine({ handlers: { memory: target.handler }, folder: folder!.root, task: { maxDelete: { share: 1, above: 0 } } })

const stateDir = (): string => path.join(folder!.root, 'state')

function base(): Base {
  const names = fs.readdirSync(stateDir()).filter((name) => name.startsWith('state.db'))
  const files = new Map(names.map((name) => [name, fs.readFileSync(path.join(stateDir(), name))]))
  return { files, held: new Map(target.entries) }
}

/** The state of back then, the target as it was then, whatever has become of the source. */
function restore({ files, held }: Base): void {
  fs.rmSync(stateDir(), { recursive: true, force: true })
  fs.mkdirSync(stateDir())
  for (const [name, bytes] of files) fs.writeFileSync(path.join(stateDir(), name), bytes)
  target.entries.clear()
  for (const [name, entry] of held) target.entries.set(name, entry)
}

interface Outcome {
  readonly isDamaged: boolean
  /** Entries that the target holds and neither the source nor others put there. */
  readonly extras: number
}

/** Starts on what is there: in the end the target has to be exact, or the state was set aside and what is left over is counted. */
async function recover(what: string): Promise<Outcome> {
  const { engine, warnings } = live()
  const before = new Set(target.entries.keys())
  await engine.start()
  await engine.idle()
  const { halt, targets } = engine.status()
  await engine.stop()
  expect(halt, what).toBeUndefined()
  const isDamaged = warnings.some((line) => line.includes('was damaged'))
  const wanted = contents(readTree(path.join(folder!.root, 'source')))
  const held = contents(target.entries)
  for (const [name, content] of wanted) expect(held.get(name), `${name} after ${what}`).toBe(content)
  expect(held.has(FOREIGN), what).toBe(true)
  const extras = [...held.keys()].filter((name) => !wanted.has(name))
  for (const name of extras) expect(before.has(name), name).toBe(true)
  if (isDamaged) expect(targets[0]!.kept, what).toBe(extras.length)
  return { isDamaged, extras: extras.length - 2 }
}

function contents(entries: ReadonlyMap<string, TargetEntry>): Map<string, string> {
  return new Map([...entries].map(([name, { kind, hash = '' }]) => [name, `${kind} ${hash}`]))
}

/** While clsync is down: something new, something changed, something gone. */
function drift(step: number): void {
  folder!.write(`source/new${step % 5}/n`, `new ${step}`)
  folder!.write(`source/d1/e1/f${1 + 21 * (step % 10)}`, `changed ${step}`)
  folder!.remove(`source/new${(step + 2) % 5}`)
  folder!.remove(`source/d2/e${step % 3}`)
}

const PAGE = 4096

/** One thing that goes wrong with a file. */
const harm = fc.oneof(
  fc.record({
    type: fc.constant('flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ type: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ type: fc.constant('zero' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    type: fc.constant('swap' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    with: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ type: fc.constant('remove' as const) }),
)
type Harm = typeof harm extends fc.Arbitrary<infer T> ? T : never

function inflict(file: string, wrong: Harm): void {
  if (wrong.type === 'remove') return fs.rmSync(file, { force: true })
  const bytes = fs.readFileSync(file)
  if (bytes.length === 0) return
  const at = Math.floor(('at' in wrong ? wrong.at : 0) * (bytes.length - 1))
  const page = at - (at % PAGE)
  if (wrong.type === 'flip') bytes[at] = bytes[at]! ^ wrong.bits
  if (wrong.type === 'zero') bytes.fill(0, page, Math.min(page + PAGE, bytes.length))
  if (wrong.type === 'swap') {
    const other = Math.floor(wrong.with * (bytes.length - 1))
    const to = other - (other % PAGE)
    const kept = Buffer.from(bytes.subarray(page, page + PAGE))
    bytes.copyWithin(page, to, to + PAGE)
    kept.copy(bytes, to)
  }
  fs.writeFileSync(file, wrong.type === 'cut' ? bytes.subarray(0, at) : bytes)
}

test(`a file that is harmed costs nothing but knowledge: ${runs} runs from seed ${seed}`, { timeout: 3_600_000 }, async () => {
  await prepare()
  let damaged = 0
  let step = 0
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(fc.constantFrom('', '', '-wal', '-sum'), harm), { minLength: 1, maxLength: 3 }),
      async (isClosed, harms) => {
        restore(isClosed ? closed : crashed)
        for (const [suffix, wrong] of harms) {
          const file = path.join(stateDir(), `state.db${suffix}`)
          if (fs.existsSync(file)) inflict(file, wrong)
        }
        drift(step++)
        const { isDamaged, extras } = await recover(JSON.stringify({ isClosed, harms }))
        if (isDamaged) damaged++
        // A log that ends early is what a loss of power leaves: the state is a little older, and does not know all that was sent.
        const mayBeOlder = !isClosed && harms.some(([suffix]) => suffix === '-wal')
        const isAnew = harms.some(([suffix, { type }]) => suffix === '' && type !== 'flip' && type !== 'swap')
        if (!isDamaged && !mayBeOlder && !isAnew) expect(extras).toBe(0)
      },
    ),
    { numRuns: runs, seed },
  )
  console.log(`${runs} harmed files, ${damaged} found damaged, seed ${seed}`)
})

/** Rows that are wrong although every statement was right. */
const EDITS = [
  'delete from acked where rowid_order',
  'delete from seen where rowid_order',
  'update seen set id = 1 where rowid_order',
  'update seen set parent = id where id > 0',
  'update seen set parent = 999999 where rowid_order',
  'update seen set kind = 9 where rowid_order',
  'update seen set kind = 0 where rowid_order',
  "update seen set name = name || '/..' where rowid_order",
  "update or ignore seen set name = '..' where rowid_order",
  "update seen set stamp = 'x' where rowid_order",
  'update seen set stamp = stamp + 1000000 where rowid_order',
  'update seen set mtime = mtime + 1, ctime = ctime - 1 where rowid_order',
  'update seen set ino = ino + 1 where rowid_order',
  "update seen set size = 'big', ino = 'odd' where rowid_order",
  'update acked set parent = id where id > 0',
  'update acked set id = 5 where rowid_order',
  'update acked set kind = 77 where rowid_order',
  'update acked set kind = 0 where rowid_order',
  'update acked set stamp = -1 where rowid_order',
  'update acked set stamp = -9 where rowid_order',
  'update acked set ino = 0, birth = 0 where rowid_order',
  "update or ignore acked set name = '..' where rowid_order",
  'update acked set target = 7 where rowid_order',
  'update target set entries = entries + 1',
  'update target set id = id + 1',
  'update target set met = 0',
  "update target set met = 'yes'",
  "update meta set value = 'many' where key = 'stamp'",
  "update meta set value = 0 where key = 'stamp'",
  "update meta set value = 3 where key = 'directory'",
  "delete from meta where key = 'directory'",
  "delete from meta where key = 'entries'",
  "delete from meta where key = 'root'",
  "update meta set value = 'no JSON' where key = 'root'",
  "update meta set value = 1e300 where key = 'horizonMs'",
  "insert into flight values (1, 'b', 'no JSON')",
  `insert into flight values (1, 'b', '[["../x"]]')`,
  `insert into flight values (1, 'b', '[["d1/e1"],["d9","d0"]]')`,
  "insert into flight values (1, 'b', '[[]]')",
  'drop table flight',
  'drop index seen_ino',
  'alter table acked drop column birth',
]

test(`rows that contradict each other are found: ${runs} runs from seed ${seed}`, { timeout: 3_600_000 }, async () => {
  await prepare()
  let damaged = 0
  let step = 100
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(fc.constantFrom(...EDITS), fc.nat(300), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 3 }),
      async (isClosed, edits) => {
        restore(isClosed ? closed : crashed)
        const db = new DatabaseSync(path.join(stateDir(), 'state.db'))
        for (const [edit, from, count] of edits) {
          const table = edit.includes('acked') ? 'acked' : 'seen'
          const names = `name in (select name from ${table} where name like 'f%' order by name limit ${count} offset ${from})`
          try {
            db.exec(edit.replace('rowid_order', names))
          } catch {
            // One that does not go after the one before.
          }
        }
        db.close()
        drift(step++)
        const { isDamaged } = await recover(JSON.stringify({ isClosed, edits }))
        if (isDamaged) damaged++
      },
    ),
    { numRuns: runs, seed },
  )
  console.log(`${runs} edited states, ${damaged} found damaged, seed ${seed}`)
})
