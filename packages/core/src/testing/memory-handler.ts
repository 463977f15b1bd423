import fs from 'node:fs'
import {
  type Batch,
  type Capabilities,
  type Change,
  defineHandler,
  type FailedPath,
  type Handler,
  type InventoryEntry,
  type Session,
  sourcePath,
  type SyncResult,
  z,
} from '../handler.ts'
import { hashOf, kindOf, type TargetEntry, walk } from './snapshot.ts'

/** A target in memory, and the handler that keeps it equal to a source. */
export interface MemoryTarget {
  readonly handler: Handler<typeof options>
  /** What the target holds; may be changed by a test. */
  readonly entries: Map<string, TargetEntry>
  /** Batches that were synced to the end, in order. */
  readonly batches: readonly Batch[]
}

/** The reference implementation of a handler. It claims everything but what `claims` takes back. */
export function createMemoryHandler(claims: Partial<Capabilities> = {}): MemoryTarget {
  const target = new MemoryHandler()
  const capabilities = { recursive: true, moves: true, byteNames: true, parallel: 4, maxChanges: 500, ...claims }
  const handler = defineHandler({
    name: 'memory',
    options,
    capabilities,
    setup: (_options, { root, dryRun }) => (dryRun ? { sync: async () => undefined } : target.session(root)),
  })
  return { handler, entries: target.entries, batches: target.batches }
}

const options = z.strictObject({
  label: z.string().default('memory').describe('Shown nowhere; tells targets apart.'),
})

/** Keeps a target in a map: the contract in as few words as possible. */
export class MemoryHandler {
  readonly entries = new Map<string, TargetEntry>()
  readonly batches: Batch[] = []

  session(root: string): Session {
    return {
      sync: (batch, signal) => this.#sync(root, batch, signal),
      inventory: () => this.#inventory(),
    }
  }

  async #sync(root: string, batch: Batch, signal: AbortSignal): Promise<SyncResult> {
    const failed: FailedPath[] = []
    for (const change of batch.changes) {
      // An abort is noticed between two changes only if the event loop turns there.
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
      signal.throwIfAborted()
      try {
        this.#apply(root, change)
      } catch (error) {
        failed.push({ path: change.path, error })
      }
    }
    this.batches.push(batch)
    return { failed }
  }

  #apply(root: string, { type, path, from, recursive }: Change): void {
    if (type === 'delete') {
      this.#delete(path, recursive)
      return
    }
    if (type === 'move' && from !== undefined) this.#move(from, path)
    this.#bring(root, path)
    if (recursive && this.entries.get(path)?.kind === 'directory') {
      for (const [below] of walk(root, path)) this.#bring(root, below)
    }
  }

  #delete(path: string, recursive: boolean): void {
    if (recursive) for (const at of this.entries.keys()) if (at.startsWith(`${path}/`)) this.entries.delete(at)
    this.entries.delete(path)
  }

  #move(from: string, path: string): void {
    if (!this.entries.has(from)) throw new Error(`${from} is not at the target`)
    for (const [at, entry] of [...this.entries]) {
      if (at !== from && !at.startsWith(`${from}/`)) continue
      this.entries.delete(at)
      this.entries.set(path + at.slice(from.length), entry)
    }
  }

  /** Takes over what the source has at `path` now. What has vanished is left to a later change. */
  #bring(root: string, path: string): void {
    try {
      const entry = look(root, path)
      if (entry !== undefined) this.entries.set(path, entry)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  *#inventory(): Generator<InventoryEntry> {
    for (const [path, { kind }] of this.entries) yield { path, kind }
  }
}

function look(root: string, path: string): TargetEntry | undefined {
  const at = sourcePath(root, path)
  if (!hasRealParents(root, path)) return undefined
  const stat = fs.lstatSync(at, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const kind = kindOf(stat)
  const { mtimeNs } = stat
  const mode = Number(stat.mode) & 0o7777
  if (kind === 'file') return { kind, hash: hashOf(readStill(at, path)), mode, mtimeNs }
  if (kind === 'symlink') return { kind, link: fs.readlinkSync(at, 'latin1'), mtimeNs }
  if (kind === 'directory') return { kind, mode }
  throw new Error(`${path} is no file, directory or symbolic link any more`)
}

/** Whether nothing above `path` is a symbolic link: what lies behind one is not in the source. */
function hasRealParents(root: string, path: string): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (fs.lstatSync(sourcePath(root, path.slice(0, slash)), { throwIfNoEntry: false })?.isDirectory() !== true) return false
  }
  return true
}

/** Throws when the file is written to meanwhile, so that the engine comes again. */
function readStill(at: string | Buffer, path: string): Buffer {
  const before = fs.lstatSync(at, { bigint: true })
  const content = fs.readFileSync(at)
  const after = fs.lstatSync(at, { bigint: true })
  if (before.mtimeNs !== after.mtimeNs || before.ino !== after.ino || BigInt(content.length) !== after.size) {
    throw new Error(`${path} is still changing`)
  }
  return content
}
