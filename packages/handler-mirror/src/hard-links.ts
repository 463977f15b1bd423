import fs from 'node:fs'
import { isAbsent } from './failure.ts'
import type { Root } from './root.ts'

/** Remembers where files that have several names in the source were copied to, so that their other names can be linked. */
export class HardLinks {
  readonly #target: Root
  readonly #copies = new Map<string, Copy>()

  constructor(target: Root) {
    this.#target = target
  }

  /** Takes note that `path` of the target now holds this file of the source. `pass` identifies the running batch. */
  learn(source: fs.BigIntStats, path: string, pass: object): void {
    if (source.nlink < 2n) return
    this.#copies.set(keyOf(source), {
      path,
      pass: new WeakRef(pass),
      size: source.size,
      mtimeNs: source.mtimeNs,
      atMs: Date.now(),
    })
  }

  /** A path of the target that holds the same file, with the same content as the source has now. */
  find(source: fs.BigIntStats, pass: object): { readonly path: string; readonly stat: fs.BigIntStats } | undefined {
    if (source.nlink < 2n) return undefined
    const copy = this.#copies.get(keyOf(source))
    if (copy === undefined || copy.size !== source.size || copy.mtimeNs !== source.mtimeNs) return undefined
    // A copy made soon after the last write may be older than a second write within the same tick of the clock.
    if (copy.pass.deref() !== pass && copy.atMs - Number(copy.mtimeNs / 1_000_000n) < SETTLED_MS) return undefined
    const stat = this.#look(copy.path)
    if (stat === undefined || !stat.isFile() || stat.size !== copy.size || stat.mtimeNs !== copy.mtimeNs) return undefined
    return { path: copy.path, stat }
  }

  /** The copy may have been renamed with a directory, and a file be in the directory's place. */
  #look(path: string): fs.BigIntStats | undefined {
    try {
      return fs.lstatSync(this.#target.place(path), { bigint: true, throwIfNoEntry: false })
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
}

interface Copy {
  readonly path: string
  readonly pass: WeakRef<object>
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly atMs: number
}

function keyOf(source: fs.BigIntStats): string {
  return `${source.dev}:${source.ino}`
}

const SETTLED_MS = 2000
