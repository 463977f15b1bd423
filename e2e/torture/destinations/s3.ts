import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { S3Stage, type SeenObject } from '../../../packages/handler-s3/test/s3-stage.ts'
import { lacksRadosgw, Radosgw } from '../../../packages/handler-s3/test/radosgw.ts'
import { bytes, show, type TreeState, treeState } from '../../stage/tree-state.ts'
import type { Destination, Server } from '../destination.ts'
import { inTurns } from '../in-turn.ts'

/** A prefix of a bucket at a real server on this machine, with everything that the handler can carry. */
const radosgw = lasting()
export const s3: Destination = {
  name: 's3',
  lateMs: 20_000,
  server: radosgw,
  lacks: lacksRadosgw,
  compare,
  target: ({ folder }, random) => ({
    handler: '@clsync/handler-s3',
    destination: `s3://${BUCKET}/${prefixOf(folder)}`,
    options: {
      endpoint: radosgw.get().server.endpoint,
      directories: 'markers',
      symlinks: 'store',
      compare: 'full',
      delete: 'prefix', // when all state is lost, what was ours looks like that of others
      partSize: 5,
      publish: random.pick(['unordered', 'ordered']),
      conflicts: random.pick(['detect', 'overwrite']),
    },
  }),
}

const BUCKET = 'torture'

/** Of a place, which every seed has to itself. */
function prefixOf(folder: string): string {
  return path.basename(folder)
}

/** Ends the server for good. */
export function endS3Server(): Promise<void> {
  return radosgw.end()
}

interface Lasting extends Server {
  get(): { readonly server: Radosgw; readonly stage: S3Stage }
  end(): Promise<void>
}

function lasting(): Lasting {
  let made: { readonly server: Radosgw; readonly stage: S3Stage } | undefined
  const inTurn = inTurns()
  return {
    get() {
      if (made === undefined) throw new Error('the server has not been started')
      return made
    },
    start: () =>
      inTurn(async () => {
        if (made !== undefined) return made.server.start()
        const server = await Radosgw.open()
        process.once('exit', () => server.disposeNow())
        await server.start()
        Object.assign(process.env, server.env)
        made = { server, stage: await S3Stage.open(server, BUCKET) }
      }),
    stop: () => inTurn(async () => made?.server.stop()),
    end: () => inTurn(async () => made?.server.dispose()),
  }
}

/** While the server is away for another seed, nobody can tell. */
async function look(stage: S3Stage, prefix: string): Promise<ReadonlyMap<string, SeenObject>> {
  for (const end = performance.now() + AWAY_MS; ;) {
    try {
      return await stage.look(prefix)
    } catch (error) {
      if (performance.now() > end) throw error
    }
    await pause(50)
  }
}

const AWAY_MS = 30_000

/** One line for each difference of the objects below the prefix from what S3 can hold of the source. */
async function compare(source: string, target: string): Promise<readonly string[]> {
  const folder = path.dirname(target)
  const { stage } = radosgw.get()
  const prefix = `${prefixOf(folder)}/`
  const held = await look(stage, prefix)
  const wanted = fitting(treeState(source), prefix)
  const found: string[] = []
  for (const [name, state] of wanted) {
    const object = held.get(state.kind === 'directory' ? `${prefix}${name}/` : prefix + name)
    if (object === undefined) found.push(`missing ${state.kind} ${show(name)}`)
    else found.push(...differences(name, state, object, () => fs.readFileSync(bytes(`${source}/${latin(name)}`))))
  }
  for (const key of held.keys()) {
    const name = key.slice(prefix.length).replace(/\/$/, '')
    const kind = wanted.get(name)?.kind
    if (kind === undefined || (kind === 'directory') !== key.endsWith('/')) found.push(`extra ${show(key.slice(prefix.length))}`)
  }
  return found
}

/** By names in text. What is not UTF-8 and what has too long a key is a problem that is shown, not a copy. */
function fitting(state: TreeState, prefix: string): TreeState {
  const fits = new Map<string, NonNullable<ReturnType<TreeState['get']>>>()
  for (const [name, entry] of state) {
    const text = bytes(name).toString()
    const isText = latin(text) === name
    const length = prefix.length + name.length + (entry.kind === 'directory' ? 1 : 0)
    if (isText && length <= LONGEST_KEY_BYTES) fits.set(text, entry)
  }
  return fits
}

const LONGEST_KEY_BYTES = 1024

function latin(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function differences(
  name: string,
  { kind, mode, uid, gid, mtimeNs, link }: NonNullable<ReturnType<TreeState['get']>>,
  { content, metadata }: SeenObject,
  read: () => Buffer,
): string[] {
  const type = { file: 0o100000, directory: 0o040000, symlink: 0o120000 }[kind]
  const mtime = `${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`
  const wanted: Record<string, string> = { mode: String(type | mode), uid: String(uid), gid: String(gid) }
  // The time of a directory follows what is done in it, also what nobody is told of.
  if (kind !== 'directory') wanted.mtime = mtime
  const found = Object.entries(wanted)
    .filter(([field, value]) => metadata[field] !== value)
    .map(([field, value]) => `${field} of ${show(name)}: ${value} in the source, ${metadata[field]} at the target`)
  const bytesWanted = kind === 'file' ? read() : kind === 'symlink' ? Buffer.from(link, 'latin1') : Buffer.alloc(0)
  if (!bytesWanted.equals(content)) found.push(`content of ${show(name)}`)
  return found
}
