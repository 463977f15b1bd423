import fs from 'node:fs'
import { type DirId, ROOT_DIR } from '../../src/model/entry.ts'
import type { DirectoryIndex, Hint } from '../../src/model/hint.ts'
import { type RawPath, ROOT_PATH, fsPathIn, joinPath } from '../../src/model/path.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { type Signature, identityOf, inodeOf, lstat, readNames, signatureOf } from './disk.ts'

interface Directory {
  parent: DirId
  name: RawPath
  readonly identity: string
  readonly entries: Map<RawPath, { signature: Signature; child: DirId | undefined }>
  /** It was to be read, but its path did not lead to it. */
  stale: boolean
}

/**
 * The smallest index that follows a monitor the way the engine's tree does: arm before reading, look where a hint points, keep a
 * directory's id across renames. It never looks anywhere without a hint, so that a lost one shows.
 */
export class Follower implements DirectoryIndex {
  readonly root: RawPath
  readonly hints: Hint[] = []
  readonly warnings: string[] = []
  /** Paths for which a hint said that bytes were written, when it came. */
  readonly written = new Set<RawPath>()
  readonly #monitor: Monitor
  readonly #directories = new Map<DirId, Directory>()
  readonly #ids = new Map<string, DirId>()
  readonly #dirty = new Map<DirId, boolean>()
  #looks: { dir: DirId; name: RawPath }[] = []
  readonly #orphans = new Set<DirId>()
  /** Where each file is known, by inode: the kernel reports a write under the one name that it was made through. */
  readonly #names = new Map<string, Map<string, { dir: DirId; name: RawPath }>>()
  #turn: NodeJS.Immediate | undefined
  #lastId = ROOT_DIR

  constructor(monitor: Monitor, root: RawPath) {
    this.#monitor = monitor
    this.root = root
  }

  async start(): Promise<void> {
    const stat = fs.lstatSync(fsPathIn(this.root, ROOT_PATH), { bigint: true })
    this.#directories.set(ROOT_DIR, newDirectory(0, ROOT_PATH, identityOf(stat)))
    this.#ids.set(identityOf(stat), ROOT_DIR)
    await this.#monitor.start({
      root: this.root,
      directories: this,
      sink: (hint) => this.#receive(hint),
      warn: (message) => this.warnings.push(message),
    })
    this.rescan()
  }

  async stop(): Promise<void> {
    await this.#monitor.stop()
    if (this.#turn !== undefined) clearImmediate(this.#turn)
  }

  get idle(): boolean {
    return this.#dirty.size === 0 && this.#looks.length === 0
  }

  /** What a verification does behind a monitor of the best-effort kind. */
  rescan(): void {
    this.#mark(ROOT_DIR, true)
  }

  pathOf(dir: DirId): RawPath | undefined {
    if (dir === ROOT_DIR) return ROOT_PATH
    const directory = this.#directories.get(dir)
    const parent = directory && this.pathOf(directory.parent)
    return parent === undefined ? undefined : joinPath(parent, directory!.name)
  }

  nearest(path: RawPath): { dir: DirId; exact: boolean } {
    let dir = ROOT_DIR
    for (const name of path === '' ? [] : path.split('/')) {
      const child = this.#directories.get(dir)!.entries.get(name as RawPath)?.child
      if (child === undefined) return { dir, exact: false }
      dir = child
    }
    return { dir, exact: true }
  }

  idAt(path: string): DirId {
    return this.nearest(path as RawPath).dir
  }

  /** Everything that it holds to be there. */
  snapshot(): Map<string, Signature> {
    const all = new Map<string, Signature>()
    for (const [id, directory] of this.#directories) {
      const path = this.pathOf(id)
      if (path === undefined || this.#orphans.has(id)) continue
      for (const [name, { signature }] of directory.entries) all.set(joinPath(path, name), signature)
    }
    return all
  }

  #receive(hint: Hint): void {
    this.hints.push(hint)
    if (hint.type === 'entry') {
      const path = this.pathOf(hint.dir)
      if (hint.content && path !== undefined) this.written.add(joinPath(path, hint.name))
      this.#looks.push(hint)
      this.#wake()
    } else if (hint.type !== 'root') {
      this.#mark(hint.dir, hint.type !== 'directory')
      // It may be about the directory itself, as its entry above tells.
      const { parent, name } = this.#directories.get(hint.dir) ?? {}
      if (hint.dir !== ROOT_DIR && parent !== undefined && name !== undefined) this.#looks.push({ dir: parent, name })
    }
  }

  #mark(dir: DirId, deep: boolean): void {
    this.#dirty.set(dir, deep || (this.#dirty.get(dir) ?? false))
    this.#wake()
  }

  #wake(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#work()
    })
  }

  /** A few steps a turn, so that the tree changes between them. */
  #work(): void {
    for (let steps = 0; steps < 30 && !this.idle; steps++) {
      const look = this.#looks.shift()
      if (look !== undefined) {
        this.#look(look.dir, look.name)
        continue
      }
      const [dir, deep] = this.#dirty.entries().next().value!
      this.#dirty.delete(dir)
      this.#read(dir, deep)
    }
    if (this.idle) this.#monitor.drain()
    if (!this.idle) this.#wake()
    else this.#dropOrphans()
  }

  #look(dir: DirId, name: RawPath): void {
    const directory = this.#directories.get(dir)
    const path = this.pathOf(dir)
    if (directory === undefined || path === undefined) return
    const stat = lstat(this.root, joinPath(path, name))
    if (this.#isAt(directory, path)) this.#set(dir, name, stat)
    else directory.stale = true
  }

  #read(dir: DirId, deep: boolean): void {
    const directory = this.#directories.get(dir)
    const path = this.pathOf(dir)
    if (directory === undefined || path === undefined) return
    const armed = this.#monitor.arm(dir, (path === '' ? this.root : `${this.root}/${path}`) as RawPath)
    directory.stale = armed === 'gone' || !this.#isAt(directory, path)
    const names = directory.stale ? undefined : readNames(this.root, path)
    const stats = names?.map((name) => [name, lstat(this.root, joinPath(path, name))] as const)
    directory.stale ||= stats === undefined || !this.#isAt(directory, path)
    if (directory.stale || stats === undefined) return
    const seen = new Set(names)
    for (const name of [...directory.entries.keys()]) if (!seen.has(name)) this.#set(dir, name, undefined)
    for (const [name, stat] of stats) this.#set(dir, name, stat)
    if (deep) for (const { child } of directory.entries.values()) if (child !== undefined) this.#mark(child, true)
  }

  #isAt(directory: Directory, path: RawPath): boolean {
    const stat = lstat(this.root, path)
    return stat !== undefined && identityOf(stat) === directory.identity
  }

  #set(dir: DirId, name: RawPath, stat: fs.BigIntStats | undefined): void {
    const { entries } = this.#directories.get(dir)!
    const child = stat?.isDirectory() ? this.#place(dir, name, stat) : undefined
    const before = entries.get(name)?.child
    if (before !== undefined && before !== child && this.#isPlaced(before, dir, name)) this.#orphans.add(before)
    const was = entries.get(name)?.signature
    const is = stat && signatureOf(stat)
    if (is === undefined) entries.delete(name)
    else entries.set(name, { signature: is, child })
    if (was !== is) this.#lookAtOtherNames(dir, name, was, is)
  }

  #lookAtOtherNames(dir: DirId, name: RawPath, was: Signature | undefined, is: Signature | undefined): void {
    const key = `${dir}/${name}`
    if (was !== undefined) this.#names.get(inodeOf(was))?.delete(key)
    if (is === undefined || is.startsWith('directory')) return
    const names = this.#names.get(inodeOf(is)) ?? new Map<string, { dir: DirId; name: RawPath }>()
    this.#looks.push(...names.values())
    this.#names.set(inodeOf(is), names.set(key, { dir, name }))
    if (this.#looks.length > 0) this.#wake()
  }

  #place(dir: DirId, name: RawPath, stat: fs.BigIntStats): DirId {
    const known = this.#ids.get(identityOf(stat))
    if (known === undefined) {
      const id = ++this.#lastId
      this.#directories.set(id, newDirectory(dir, name, identityOf(stat)))
      this.#ids.set(identityOf(stat), id)
      this.#mark(id, true)
      return id
    }
    const directory = this.#directories.get(known)!
    const left = this.#directories.get(directory.parent)?.entries
    // Its old place may have been taken by another directory.
    if (!this.#isPlaced(known, dir, name) && left?.get(directory.name)?.child === known) left.delete(directory.name)
    directory.parent = dir
    directory.name = name
    this.#orphans.delete(known)
    this.#reviveStale(known)
    return known
  }

  #isPlaced(id: DirId, parent: DirId, name: RawPath): boolean {
    const directory = this.#directories.get(id)
    return directory !== undefined && directory.parent === parent && directory.name === name
  }

  /** The path leads to it again: what could not be read below it can. */
  #reviveStale(id: DirId): void {
    const directory = this.#directories.get(id)!
    if (directory.stale) this.#mark(id, true)
    for (const { child } of directory.entries.values()) if (child !== undefined) this.#reviveStale(child)
  }

  /** Nothing is left to look at, so what has left its place has not come up elsewhere. */
  #dropOrphans(): void {
    for (const id of this.#orphans) this.#drop(id)
    this.#orphans.clear()
  }

  #drop(id: DirId): void {
    const directory = this.#directories.get(id)
    if (directory === undefined) return
    this.#monitor.disarm(id)
    this.#directories.delete(id)
    this.#ids.delete(directory.identity)
    for (const { child } of directory.entries.values()) if (child !== undefined) this.#drop(child)
  }
}

function newDirectory(parent: DirId, name: RawPath, identity: string): Directory {
  return { parent, name, identity, entries: new Map(), stale: false }
}
