import { type DirId, type Observation, ROOT_DIR } from '../../src/model/entry.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import type { EntryHint, Hint } from '../../src/model/hint.ts'
import { nameOf, parentOf, type RawPath } from '../../src/model/path.ts'
import type { SeenEntry } from '../../src/model/seen.ts'
import type { Rules } from '../../src/model/task.ts'
import type { Store } from '../../src/store/store.ts'
import { memoryStore } from '../support/memory-store.ts'
import type { TreeOptions } from '../../src/tree/context.ts'
import { createTree, type Tree } from '../../src/tree/tree.ts'
import { Disk, ROOT } from '../simulation/world/disk.ts'
import { observe } from '../simulation/world/inode.ts'

export interface StageOptions {
  /** Of file times. Default: a nanosecond's worth, so that each change has its own. */
  readonly tickMs?: number
  readonly reusesInodes?: boolean
  readonly hasBirth?: boolean
  readonly noLoss?: boolean
  readonly rules?: Rules
  readonly guard?: (path: RawPath) => void
}

type TreeHint = Exclude<Hint, { type: 'root' }>

/** The seen state of a disk in memory, looked at only when told. Paths are below the source. */
export class TreeStage {
  readonly disk: Disk
  readonly store: Store
  tree: Tree
  /** What was told, as `path scope`. */
  touched: string[] = []
  /** Looks that could not be done, to be asked for again. */
  again: TreeHint[] = []
  readonly problems = new Map<string, unknown>()
  readonly mountsMet: string[] = []
  readonly armed = new Map<DirId, string>()
  readonly uncovered: DirId[] = []
  /** Instead of arming: what the monitor says. Called before it is armed. */
  onArm: (path: string) => 'armed' | 'limit' | undefined = () => undefined
  /** Called before each look and listing; may throw, or change something. */
  onCall: (call: 'look' | 'list', path: string) => void = () => {}
  readonly #options: StageOptions
  onGuard: (path: RawPath) => void
  #wallMs = 1_700_000_000_000

  constructor(options: StageOptions = {}) {
    this.#options = options
    this.onGuard = options.guard ?? (() => {})
    const { tickMs = 1e-3, reusesInodes = false, hasBirth = true } = options
    this.disk = new Disk({ ...{ type: 0xef53, tickMs, reusesInodes, hasBirth }, wallMs: () => this.#wallMs })
    this.store = memoryStore()
    this.tree = this.#create()
  }

  /** A source with these files and the directories above them, all of it known. */
  static known(files: readonly string[], options: StageOptions = {}): TreeStage {
    const stage = new TreeStage(options)
    for (const file of files) {
      const names = file.split('/')
      for (const at of names.keys()) if (at > 0) stage.mkdir(names.slice(0, at).join('/'))
      stage.write(file)
    }
    stage.begin()
    return stage
  }

  get now(): number {
    return this.#wallMs
  }

  /** Lets time pass. Without it everything happens at one moment. */
  pass(ms: number): void {
    this.#wallMs += ms
  }

  at(path: string): string {
    return path === '' ? ROOT : `${ROOT}/${path}`
  }

  write(path: string, sizeBytes = 10): void {
    if (!this.disk.write(this.at(path), sizeBytes)) this.disk.create(this.at(path), 'file', { sizeBytes })
  }

  mkdir(path: string): void {
    this.disk.mkdir(this.at(path))
  }

  move(from: string, to: string): void {
    this.disk.rename(this.at(from), this.at(to))
  }

  remove(path: string): void {
    this.disk.remove(this.at(path))
  }

  /** Scans everything, as after a start; what is told is told anew. From then on everything is known, and time has passed. */
  begin(): void {
    this.tree.scanAll(Infinity, false)
    this.scan()
    this.pass(5000)
    this.store.counters.horizonMs = this.now
    this.pass(5000)
    this.touched = []
  }

  /** As a scrub does. */
  scanAll(): void {
    this.tree.scanAll(Infinity, false)
    this.scan()
  }

  /** Another process takes over. */
  restart(): void {
    this.armed.clear()
    this.tree = this.#create()
  }

  hintAt(path: string, changes: Partial<EntryHint> = {}): void {
    const dir = this.id(parent(path))
    this.tree.hint({ type: 'entry', dir, name: nameOf(path as RawPath), content: false, ...changes })
  }

  hint(type: 'directory' | 'tree' | 'lost', path: string): void {
    this.tree.hint({ type, dir: this.id(path), why: 'overflow' })
  }

  /** Looks at what was hinted at, and reads what that leads to. */
  look(): string[] {
    this.store.transaction(() => this.tree.look())
    this.scan()
    return this.takeTouched()
  }

  scan(): void {
    while (!this.store.transaction(() => this.tree.scan(() => false))) continue
  }

  takeTouched(): string[] {
    const told = [...new Set(this.touched)].toSorted()
    this.touched = []
    return told
  }

  id(path: string): DirId {
    const dir = path === '' ? ROOT_DIR : this.tree.directories.find(path as RawPath)
    if (dir === undefined) throw new Error(`${path} is not known`)
    return dir
  }

  seen(path: string): SeenEntry | undefined {
    const dir = this.tree.directories.find(parent(path))
    return dir === undefined ? undefined : this.store.seen.get(dir, nameOf(path as RawPath))
  }

  /** Every path that is known, sorted. */
  known(dir: DirId = ROOT_DIR, path = ''): string[] {
    return this.store.seen.list(dir).flatMap(({ name, id }) => {
      const below = path === '' ? name : `${path}/${name}`
      return [below, ...(id > 0 ? this.known(id, below) : [])]
    })
  }

  #create(): Tree {
    const { noLoss = true, rules = { fingerprint: '', wants: () => true } } = this.#options
    const options: TreeOptions = {
      ...{
        table: this.store.seen,
        counters: this.store.counters,
        fs: this.#fileSystem(),
        root: ROOT as RawPath,
        rules,
        noLoss,
        guard: (path: RawPath) => this.onGuard(path),
      },
      arm: (dir, path) => this.#arm(dir, path),
      disarm: (dir) => void this.armed.delete(dir),
      uncovered: (dir) => void this.uncovered.push(dir),
      touch: (path, scope) => void this.touched.push(`${path} ${scope}`),
      isHeld: () => true,
      again: (hint) => void this.again.push(hint),
      owed: () => undefined,
      problem: (path, error) => void this.problems.set(path, error),
      solved: (path) => void this.problems.delete(path),
      mountMet: (path) => void this.mountsMet.push(path),
    }
    return this.store.transaction(() => createTree(options))
  }

  #arm(dir: DirId, path: RawPath): 'armed' | 'gone' | 'limit' {
    const said = this.onArm(below(path))
    if (said === 'limit') return said
    if (this.disk.find(path)?.kind !== 'directory') return 'gone'
    this.armed.set(dir, below(path))
    return 'armed'
  }

  #fileSystem(): FileSystem {
    return {
      look: (path) => {
        this.onCall('look', below(path))
        const inode = this.disk.find(path, true)
        return inode && relative(observe(inode), this.disk.find(ROOT)!.dev)
      },
      list: (path) => {
        this.onCall('list', below(path))
        const entries = this.disk.find(path, true)?.entries
        return entries && ([...entries.keys()] as RawPath[]) // ASCII
      },
      typeOf: () => 0xef53,
    }
  }
}

function parent(path: string): RawPath {
  return parentOf(path as RawPath) // ASCII
}

function below(path: string): string {
  return path.slice(ROOT.length + 1)
}

/** As the engine sees devices; see relative-devices.ts. */
function relative(entry: Observation, dev: number): Observation {
  return { ...entry, dev: entry.dev === dev ? 0 : entry.dev }
}
