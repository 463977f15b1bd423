import fs from 'node:fs'
import type { Capabilities, Kind } from '../handler.ts'
import { kindOf, walk } from './snapshot.ts'
import type { TempTree } from './temp-tree.ts'

/** Random edits of a tree; one seed gives one history. */
export class EditWalk {
  readonly #tree: TempTree
  readonly #random: () => number
  readonly #edits: readonly Edit[]
  readonly #growing: readonly Edit[]
  readonly #log: string[] = []

  constructor(tree: TempTree, { deletes, kinds }: Pick<Capabilities, 'deletes' | 'kinds'>, seed: number) {
    this.#tree = tree
    this.#random = mulberry(seed)
    const links = kinds.includes('symlink')
    this.#edits = EDITS.filter((edit) => (deletes || !edit.removes) && (links || edit.name !== 'link'))
    this.#growing = this.#edits.filter(({ name }) => GROWING.has(name))
  }

  /** One edit. One that does not apply counts as well. */
  step(): void {
    const entries = [...walk(this.#tree.root)].map(([path, stat]) => ({ path, kind: kindOf(stat) }))
    // Left alone, what removes whole directories keeps the tree so small that little can go wrong in it.
    const grow = entries.length < ENOUGH && this.#random() < 0.8
    const edit = this.#pick(grow ? this.#growing : this.#edits)
    const done = edit.apply(this.#hands(entries))
    if (done !== undefined) this.#log.push(`${edit.name} ${done}`)
  }

  /** Whether the edits pause here. */
  isQuiet(): boolean {
    return this.#random() < 0.15
  }

  /** What was done last, oldest first. */
  latest(): readonly string[] {
    return this.#log.slice(-30)
  }

  #hands(entries: readonly { readonly path: string; readonly kind: Kind }[]): Hands {
    const some = (kind?: string): string | undefined => {
      const fitting = entries.filter((entry) => kind === undefined || entry.kind === kind)
      return fitting.length === 0 ? undefined : this.#pick(fitting).path
    }
    const directories = ['', ...entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)]
    const free = (): string => {
      const parent = this.#pick(directories)
      const name = this.#pick(NAMES)
      return parent === '' ? name : `${parent}/${name}`
    }
    const text = (): string => `${this.#random()} `.repeat(1 + Math.floor(this.#random() * 200))
    return {
      tree: this.#tree,
      some,
      free,
      text,
      random: this.#random,
      exists: (path) => entries.some((entry) => entry.path === path),
    }
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.#random() * from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }
}

/** What an edit works with. */
interface Hands {
  readonly tree: TempTree
  /** Any entry, or any of a kind. */
  some(kind?: string): string | undefined
  /** A path in a directory that is there; something may be at it. */
  free(): string
  text(): string
  random(): number
  exists(path: string): boolean
}

interface Edit {
  readonly name: string
  /** Takes something away, also by moving it. */
  readonly removes: boolean
  /** Says what was done, or `undefined`. */
  apply(hands: Hands): string | undefined
}

const EDITS: readonly Edit[] = [
  {
    name: 'create',
    removes: false,
    apply: ({ tree, free, exists, text }) =>
      onlyIf(
        free(),
        (path) => !exists(path),
        (path) => tree.write(path, text()),
      ),
  },
  {
    name: 'mkdir',
    removes: false,
    apply: ({ tree, free, exists }) =>
      onlyIf(
        free(),
        (path) => !exists(path),
        (path) => tree.makeDirectory(path),
      ),
  },
  {
    name: 'link',
    removes: false,
    apply: ({ tree, free, exists, some }) =>
      onlyIf(
        free(),
        (path) => !exists(path),
        (path) => tree.link(path, some() ?? 'nowhere'),
      ),
  },
  { name: 'write', removes: false, apply: ({ tree, some, text }) => on(some('file'), (path) => tree.write(path, text())) },
  {
    name: 'append',
    removes: false,
    apply: ({ tree, some, text }) => on(some('file'), (path) => fs.appendFileSync(tree.at(path), text())),
  },
  {
    name: 'chmod',
    removes: false,
    apply: ({ tree, some, random }) => on(some('file'), (path) => fs.chmodSync(tree.at(path), random() < 0.5 ? 0o600 : 0o755)),
  },
  {
    name: 'utimes',
    removes: false,
    apply: ({ tree, some, random }) => on(some('file'), (path) => fs.utimesSync(tree.at(path), 1, Math.floor(random() * 1.7e9))),
  },
  {
    name: 'save',
    removes: false,
    apply: ({ tree, some, text }) =>
      on(some('file'), (path) => {
        tree.write('.save', text())
        tree.move('.save', path)
      }),
  },
  { name: 'remove', removes: true, apply: ({ tree, some }) => on(some(), (path) => tree.remove(path)) },
  {
    name: 'rename',
    removes: true,
    apply: ({ tree, some, free }) => {
      const to = free()
      return on(some(), (from) => attempt(() => tree.move(from, to)), to)
    },
  },
  {
    name: 'swap',
    removes: true,
    apply: ({ tree, some }) => {
      const other = some()
      return on(some(), (path) => other !== undefined && swap(tree, path, other), other)
    },
  },
  {
    name: 'replace by directory',
    removes: true,
    apply: ({ tree, some, text }) =>
      on(some(), (path) => {
        tree.remove(path)
        tree.write(`${path}/inside`, text())
      }),
  },
  {
    name: 'replace by file',
    removes: true,
    apply: ({ tree, some, text }) =>
      on(some('directory'), (path) => {
        tree.remove(path)
        tree.write(path, text())
      }),
  },
]

function on(path: string | undefined, edit: (path: string) => unknown, other = ''): string | undefined {
  if (path === undefined || edit(path) === false) return undefined
  return `${JSON.stringify(path)} ${other}`
}

function onlyIf(path: string, holds: (path: string) => boolean, edit: (path: string) => void): string | undefined {
  return holds(path) ? on(path, edit) : undefined
}

/** Exchanges two entries of which neither holds the other. */
function swap(tree: TempTree, a: string, b: string): boolean {
  if (a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)) return false
  tree.move(a, '.swap')
  tree.move(b, a)
  tree.move('.swap', b)
  return true
}

/** A rename into itself or over a directory that is not empty is refused by the system. */
function attempt(run: () => void): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
}

const GROWING = new Set(['create', 'mkdir', 'link'])

/** Entries from which on all edits are as likely. */
const ENOUGH = 30

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', '-g', 'h i', 'j*', 'k\nl', 'é']

/** A small generator of numbers in [0, 1), good enough to wander with. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
