import type { Kind } from '../../../src/model/entry.ts'

/** What a target holds at a path. */
export interface Held {
  readonly kind: Kind
  readonly version: number
  readonly mode: number
  readonly uid: number
  readonly mtimeMs: number
  /** When its source was read, by the disk's clock; 0: it was there before the first contact. */
  readonly readAt: number
  /** Device that its source was read from; 0 for what was there before the first contact. */
  readonly dev: number
  /** Directory of the source that it was read from; 0 for what was there before the first contact. */
  readonly dirIno: number
  /** Where it has been since then. */
  readonly names: readonly string[]
  /** Put there by a handler that nobody waits for any more: that it is taken away again is no fault of the engine's. */
  readonly isStray?: boolean
}

/** What a target holds, behind rules like a disk's: no entry without its directory, no directory gone with its entries. */
export class Holding {
  readonly entries = new Map<string, Held>()

  /** Throws, as a disk does, when something is in the way. */
  put(path: string, held: Held): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (parent !== '' && this.entries.get(parent)?.kind !== 'directory')
      throw new Error(`ENOENT: ${parent} is no directory at the target`)
    if (held.kind !== 'directory' && this.hasBelow(path))
      throw new Error(`EISDIR: ${path} is a directory with entries at the target`)
    this.entries.set(path, held)
  }

  remove(path: string): void {
    if (this.hasBelow(path)) throw new Error(`ENOTEMPTY: ${path} at the target`)
    this.entries.delete(path)
  }

  rename(from: string, to: string, isStray: boolean): void {
    const moved = this.entries.get(from)
    if (moved === undefined) throw new Error(`ENOENT: ${from} is not at the target`)
    if (this.hasBelow(to)) throw new Error(`ENOTEMPTY: ${to} at the target`)
    const below = [...this.entries].filter(([path]) => path.startsWith(`${from}/`))
    this.put(to, { ...moved, names: [...moved.names, to], isStray })
    for (const [path, held] of below) {
      const name = to + path.slice(from.length)
      this.entries.set(name, { ...held, names: [...held.names, name], isStray })
    }
    for (const [path] of below) this.entries.delete(path)
    this.entries.delete(from)
  }

  hasBelow(path: string): boolean {
    for (const other of this.entries.keys()) if (other.startsWith(`${path}/`)) return true
    return false
  }
}
