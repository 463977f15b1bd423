import { joinPath, nameOf, parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'
import { type Pattern, parsePattern, splitIgnoreFile } from './pattern.ts'

/**
 * Text of the ignore file at `path` (relative to the source), one unit per byte; `undefined` when there is none. May throw
 * when it cannot be read now: then what was read before stays in force.
 */
export type IgnoreFileReader = (path: RawPath) => string | undefined

/** What the ignore files of one directory say. */
export interface ScopedPatterns {
  /** Where the part below the directory starts in a path. */
  readonly baseAt: number
  /** In order of precedence, the lowest first. */
  readonly files: readonly { readonly path: RawPath; readonly patterns: FilePatterns }[]
}

export type FilePatterns = readonly { readonly pattern: Pattern; readonly line: number }[]

export interface IgnoreFiles {
  /** Takes in a directory's names. Returns whether what its files say has changed. */
  update(directory: RawPath, names: readonly RawPath[]): boolean
  /** What the directory's own files say. */
  of(directory: RawPath): ScopedPatterns | undefined
  /** Raised whenever `of` may answer otherwise than before. */
  generation(): number
  /** How much is held: distinct texts, and directories on the way to them without the root. */
  held(): { readonly texts: number; readonly directories: number }
}

interface Node {
  said: Said | undefined
  readonly children: Map<RawPath, Node>
}

/** `texts` run beside `scoped.files`. */
interface Said {
  readonly scoped: ScopedPatterns
  readonly texts: readonly string[]
}

/**
 * The ignore files of a tree, as far as its directories have been read. `names` are the files' names, lowest precedence
 * first. Memory is that of the distinct texts; a directory without such files below it takes none.
 */
export function createIgnoreFiles(names: readonly RawPath[], read: IgnoreFileReader): IgnoreFiles {
  const root: Node = { said: undefined, children: new Map() }
  const library = createLibrary()

  let generation = 0

  function update(directory: RawPath, present: readonly RawPath[]): boolean {
    const node = find(root, directory)
    if (node !== undefined && forgetVanished(node, present, library)) generation++
    const before = node?.said
    const read = readAll(
      directory,
      names.filter((name) => present.includes(name)),
      before,
    )
    if (sameTexts(read, before)) return false
    generation++
    const now = read.length === 0 ? undefined : say(directory, read, library)
    for (const text of before?.texts ?? []) library.release(text)
    if (now !== undefined) {
      make(root, directory).said = now
    } else if (node !== undefined) {
      node.said = undefined
      dropEmpty(root, directory)
    }
    return significant(now) !== significant(before)
  }

  function readAll(directory: RawPath, present: readonly RawPath[], before: Said | undefined): Read[] {
    const paths = present.map((name) => joinPath(directory, name))
    return paths.map((path) => ({ path, text: textAt(path, before) })).filter(({ text }) => text !== '')
  }

  function textAt(path: RawPath, before: Said | undefined): string {
    try {
      return read(path) ?? ''
    } catch {
      const at = before?.scoped.files.findIndex((file) => file.path === path) ?? -1
      return before?.texts[at] ?? ''
    }
  }

  return {
    update,
    of: (directory) => find(root, directory)?.said?.scoped,
    generation: () => generation,
    held: () => ({ texts: library.size(), directories: countBelow(root) }),
  }
}

interface Read {
  readonly path: RawPath
  readonly text: string
}

function sameTexts(read: readonly Read[], before: Said | undefined): boolean {
  const files = before?.scoped.files ?? []
  return (
    read.length === files.length && read.every(({ path, text }, at) => path === files[at]?.path && text === before?.texts[at])
  )
}

function say(directory: RawPath, read: readonly Read[], library: Library): Said {
  const files = read.map(({ path, text }) => ({ path, patterns: library.take(text) }))
  const baseAt = directory === ROOT_PATH ? 0 : directory.length + 1
  return { scoped: { baseAt, files }, texts: read.map(({ text }) => text) }
}

/** Forgets entries of a directory that are not among its names any more. Returns whether there were any. */
function forgetVanished(node: Node, present: readonly RawPath[], library: Library): boolean {
  if (node.children.size === 0) return false
  const held = node.children.size
  const names = new Set(present)
  for (const [name, child] of node.children) {
    if (names.has(name)) continue
    node.children.delete(name)
    releaseAll(child, library)
  }
  return node.children.size < held
}

function releaseAll(node: Node, library: Library): void {
  for (const text of node.said?.texts ?? []) library.release(text)
  for (const child of node.children.values()) releaseAll(child, library)
}

/** Takes nodes that hold nothing off the tree, upwards from `directory`. */
function dropEmpty(root: Node, directory: RawPath): void {
  for (let path = directory; path !== ROOT_PATH; path = parentOf(path)) {
    const node = find(root, path)
    if (node === undefined || node.said !== undefined || node.children.size > 0) return
    find(root, parentOf(path))?.children.delete(nameOf(path))
  }
}

interface Library {
  take(text: string): FilePatterns
  release(text: string): void
  size(): number
}

/** Compiled texts, each once however many directories hold it: trees of packages repeat theirs by the thousand. */
function createLibrary(): Library {
  const held = new Map<string, { readonly patterns: FilePatterns; uses: number }>()
  return {
    take(text) {
      const known = held.get(text)
      if (known !== undefined) {
        known.uses++
        return known.patterns
      }
      const patterns = splitIgnoreFile(text).map(({ line, number }) => ({ pattern: parsePattern(line), line: number }))
      held.set(text, { patterns, uses: 1 })
      return patterns
    },
    release(text) {
      const known = held.get(text)
      if (known !== undefined && --known.uses === 0) held.delete(text)
    },
    size: () => held.size,
  }
}

/** Everything that can decide about a path; comments and line numbers cannot. */
function significant(said: Said | undefined): string {
  if (said === undefined) return ''
  return said.scoped.files.flatMap(({ patterns }) => patterns.map(({ pattern }) => pattern.line)).join('\n')
}

function countBelow(node: Node): number {
  let count = node.children.size
  for (const child of node.children.values()) count += countBelow(child)
  return count
}

function find(root: Node, directory: RawPath): Node | undefined {
  let node: Node | undefined = root
  for (const name of partsOf(directory)) {
    node = node.children.get(name)
    if (node === undefined) return undefined
  }
  return node
}

function make(root: Node, directory: RawPath): Node {
  let node = root
  for (const name of partsOf(directory)) {
    let child = node.children.get(name)
    if (child === undefined) node.children.set(name, (child = { said: undefined, children: new Map() }))
    node = child
  }
  return node
}

/** Parts of a raw path are raw. */
function partsOf(path: RawPath): RawPath[] {
  return path === ROOT_PATH ? [] : (path.split('/') as RawPath[])
}
