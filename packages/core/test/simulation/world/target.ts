import {
  type Batch,
  type Change,
  defineHandler,
  type FailedPath,
  refuse,
  type Session,
  type SyncResult,
  z,
} from '../../../src/handler.ts'
import type { TargetSpec } from '../../../src/model/task.ts'
import { fromText, isWithin, parentOf, type RawPath, toText } from '../../../src/model/path.ts'
import { type Disk, ROOT } from './disk.ts'
import { type Held, Holding } from './holding.ts'
import type { Inode } from './inode.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'
import type { TargetSetting } from './setting.ts'

export interface TargetOptions {
  readonly name: string
  readonly setting: TargetSetting
  readonly disk: Disk
  readonly random: Random
  /** Whether batches and paths go wrong now. */
  readonly isFaulty: () => boolean
  readonly timeoutMs: number
  /** By the rules of the process that runs now. */
  readonly isWanted: (path: string) => boolean
  /** Told before something is taken away. */
  readonly deleting: (target: Target, path: string, dev?: number) => void
  /** Told of each batch that comes. */
  readonly sending: (target: Target) => void
  readonly broken: (what: string) => void
  readonly say: (line: string) => void
}

type Fate = 'well' | 'throws' | 'half' | 'hangs' | 'late' | 'lies' | 'denies' | 'refuses'

/** A batch that a handler works on. */
interface Flight {
  readonly life: Life
  readonly paths: readonly string[]
  readonly signal: AbortSignal
  /** The source's root when it came. */
  readonly root: Inode | undefined
}

/** What may become of a batch that goes wrong. */
const FATES: readonly Fate[] = ['throws', 'throws', 'half', 'half', 'hangs', 'late', 'late', 'lies', 'lies', 'denies', 'refuses']

/** A target with its handler. It outlives every process. */
export class Target {
  readonly holding = new Holding()
  readonly name: string
  readonly setting: TargetSetting
  readonly #o: TargetOptions
  #inFlight: Flight[] = []

  constructor(options: TargetOptions) {
    this.#o = options
    this.name = options.name
    this.setting = options.setting
  }

  get isBusy(): boolean {
    return this.#inFlight.some(({ life }) => life.isAlive)
  }

  /** Whether a handler works there, one that nobody waits for any more included. */
  isTouching(path: string): boolean {
    return this.#inFlight.some(({ life, paths }) => life.isAlive && paths.some((at) => isNear(path, fromText(at))))
  }

  /** The state was lost: nobody knows any more what came from whom. */
  forgetOrigins(): void {
    for (const [path, held] of this.holding.entries) this.holding.entries.set(path, { ...held, readAt: 0, names: [path] })
  }

  /** For a process's task. */
  spec(life: Life): TargetSpec {
    const session: Session = {
      sync: (batch, signal) => this.#sync(life, batch, signal),
      // Names of the simulated disk are raw.
      inventory: () => [...this.holding.entries].map(([path, { kind }]) => ({ path: toText(path as RawPath), kind })),
    }
    const handler = defineHandler({
      name: 'simulated',
      options: z.any(),
      capabilities: this.setting.capabilities,
      setup: async () => {
        await life.sleep(this.#o.random.below(5))
        if (this.#goesWrong(this.setting.badBatch)) throw new Error('The target cannot be reached.')
        return session
      },
    })
    return { name: this.name, handler, options: {} }
  }

  async #sync(life: Life, batch: Batch, signal: AbortSignal): Promise<SyncResult> {
    life.check()
    const paths = batch.changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))
    this.#checkOverlap(life, paths)
    this.#o.say(`${this.name} ${batch.reason} #${batch.attempt}: ${batch.changes.map(describe).join(', ')}`)
    const flight = { life, paths, signal, root: this.#o.disk.find(ROOT) }
    this.#o.sending(this)
    this.#inFlight.push(flight)
    try {
      return await this.#apply(flight, batch)
    } finally {
      this.#inFlight = this.#inFlight.filter((other) => other !== flight)
    }
  }

  async #apply(flight: Flight, { changes }: Batch): Promise<SyncResult> {
    const { life, signal } = flight
    const { random, timeoutMs, say } = this.#o
    const fate: Fate = this.#goesWrong(this.setting.badBatch) ? random.pick(FATES) : 'well'
    if (fate !== 'well') say(`${this.name} ${fate}`)
    const half = fate === 'half' || fate === 'late' ? random.below(changes.length + 1) : changes.length
    const failed: FailedPath[] = []
    const stale: string[] = []
    for (const [index, change] of changes.entries()) {
      await life.sleep(random.next() * this.setting.stepMs)
      life.check()
      if (fate === 'refuses') throw refuse({ message: 'The key is refused.', fix: 'Renew it.' })
      if (fate === 'throws' || (fate === 'half' && index >= half)) throw new Error('The target is out of order.')
      if ((fate === 'hangs' && index === 0) || (fate === 'late' && index === half))
        await life.sleep(timeoutMs + 4000 + random.below(8000))
      if (fate === 'well' && signal.aborted) throw signal.reason
      try {
        if (this.#goesWrong(this.setting.badPath)) throw new Error('EIO at the target')
        if (!(await this.#change(flight, change))) stale.push(change.path)
      } catch (error) {
        if (!life.isAlive) throw error
        say(`${this.name} ${change.path} failed: ${(error as Error).message}`)
        failed.push({ path: change.path, error })
      }
    }
    if (fate === 'lies') throw new Error('The target has done it all, and says that it has not.')
    if (fate === 'denies') return { failed: changes.map(({ path }) => ({ path, error: new Error('Denied.') })) }
    return { failed, stale }
  }

  /**
   * Returns false when the change is out of date. When the engine waits for it no more (and sends its paths again when it comes
   * back), or another root was put in the place of the one that was there, what it takes is no fault of the engine's.
   */
  async #change(flight: Flight, { type, path, from, content }: Change): Promise<boolean> {
    const { disk } = this.#o
    const { life } = flight
    const isGivenUp = flight.signal.aborted || disk.find(ROOT) !== flight.root
    const rawPath = fromText(path)
    if (type === 'delete') {
      const source = disk.find(`${ROOT}/${rawPath}`)
      if (this.setting.isCareful && disk.isLocked(`${ROOT}/${rawPath}`)) throw new Error(`EACCES: ${rawPath}`)
      const isBack = source !== undefined && this.#o.isWanted(rawPath) && this.#canHold(source)
      if (this.setting.isCareful && isBack) {
        await this.#bring(life, rawPath, true, isGivenUp)
        return false
      }
      this.#remove(rawPath, isGivenUp)
      return true
    }
    if (type === 'move') {
      const rawFrom = fromText(from!)
      if (!isGivenUp) this.#o.deleting(this, rawFrom)
      this.holding.rename(rawFrom, rawPath, isGivenUp)
    }
    return this.#bring(life, rawPath, content, isGivenUp)
  }

  #remove(path: string, isGivenUp: boolean): void {
    if (!this.holding.entries.has(path)) return
    if (!isGivenUp && !this.holding.hasBelow(path)) this.#o.deleting(this, path)
    this.holding.remove(path)
  }

  /** Copies what the source has now. A copy takes time, and the file may change meanwhile. */
  async #bring(life: Life, path: string, content: boolean, isGivenUp: boolean): Promise<boolean> {
    const { disk, random } = this.#o
    const source = disk.find(`${ROOT}/${path}`)
    if (disk.isLocked(`${ROOT}/${path}`)) throw new Error(`EACCES: ${path}`)
    if (source === undefined) return false
    if (!this.#canHold(source)) throw new Error(`${path} is of another kind by now`)
    const known = this.holding.entries.get(path)
    const copies = source.kind !== 'directory' && (content || known?.kind !== source.kind)
    const version = copies ? source.version : (known?.version ?? 0)
    const dirIno = disk.find(parentOf(`${ROOT}/${path}` as RawPath))?.ino ?? 0
    const facts = { ...factsOf(source), version, readAt: disk.clock, dirIno, names: [path] }
    if (copies && random.chance(0.5)) {
      let isDone = false
      const write = (): void => {
        if (!isDone) this.#putLate(path, facts)
        isDone = true
      }
      life.lateWrites.add(write)
      await life.sleep(random.next() * this.setting.stepMs)
      life.check()
      life.lateWrites.delete(write)
    }
    this.#put(path, { ...facts, isStray: isGivenUp }, isGivenUp)
    return true
  }

  #canHold({ kind }: Inode): boolean {
    return this.setting.capabilities.kinds?.includes(kind) === true
  }

  #put(path: string, facts: Held, isGivenUp: boolean): void {
    const known = this.holding.entries.get(path)
    if (!isGivenUp && known !== undefined && known.kind !== facts.kind && !this.holding.hasBelow(path))
      this.#o.deleting(this, path, facts.dev)
    this.holding.put(path, facts)
  }

  #putLate(path: string, facts: Held): void {
    try {
      this.#put(path, facts, true)
      this.#o.say(`${this.name} ${path} was written after the death`)
    } catch {
      // Its directory has gone.
    }
  }

  #goesWrong(rate: number): boolean {
    return rate > 0 && this.#o.isFaulty() && this.#o.random.chance(rate)
  }

  /** Batches in flight at once never touch each other's paths; those that were given up do not count. */
  #checkOverlap(life: Life, paths: readonly string[]): void {
    for (const other of this.#inFlight) {
      if (other.life !== life || other.signal.aborted) continue
      for (const path of paths) {
        const hit = other.paths.find((at) => isNear(fromText(path), fromText(at)))
        if (hit !== undefined) this.#o.broken(`${this.name} got ${path} while ${hit} is in flight`)
      }
    }
  }
}

function isNear(a: string, b: string): boolean {
  return isWithin(a as RawPath, b as RawPath) || isWithin(b as RawPath, a as RawPath) // names of the simulated disk are raw
}

function factsOf({ kind, mode, uid, mtimeMs, dev }: Inode): Pick<Held, 'kind' | 'mode' | 'uid' | 'mtimeMs' | 'dev'> {
  return { kind, mode, uid, mtimeMs, dev }
}

function describe({ type, path, from, kind, content }: Change): string {
  return `${type} ${kind}${content ? '' : ' (no bytes)'} ${from === undefined ? '' : `${from} -> `}${path}`
}
