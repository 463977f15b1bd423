import fs from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { destinationGone } from './failure.ts'
import { codeOf, reasonOf } from './errno.ts'
import type { Hand } from './hand.ts'
import { bytes, Held } from './held.ts'
import { LocalSteps } from './local-steps.ts'
import { loadSetMtime, type SetMtime } from './native.ts'
import { Answers, type Sheet } from './sheet.ts'

/** Does in this process what a shell would do: for a directory of this machine. */
export class LocalHand implements Hand {
  readonly #setMtime: SetMtime
  readonly #name: string
  #root = ''
  #opened: fs.BigIntStats | undefined
  #isOver = false

  private constructor(setMtime: SetMtime, name: string) {
    this.#setMtime = setMtime
    this.#name = name
  }

  /** `undefined` where the system lacks what is needed. `name` is that of the target, for people. */
  static async start(name: string): Promise<LocalHand | undefined> {
    const setMtime = await loadSetMtime()
    return setMtime === undefined || !fs.existsSync('/proc/self/fd') ? undefined : new LocalHand(setMtime, name)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  async open(root: string, make: boolean): Promise<readonly string[]> {
    try {
      if (make) fs.mkdirSync(bytes(root), { recursive: true })
    } catch (error) {
      return ['unmade', reasonOf(error)]
    }
    try {
      const stat = fs.statSync(bytes(root), { bigint: true, throwIfNoEntry: false })
      if (stat === undefined) return ['missing']
      if (!stat.isDirectory()) return ['nodirectory']
      fs.accessSync(bytes(root), fs.constants.X_OK)
      this.#root = fs.realpathSync.native(bytes(root), 'buffer').toString('latin1')
      this.#opened = stat
      const mark = `${stat.ino}:${stat.birthtimeNs / SECOND_NS}:${fs.statfsSync(bytes(root)).type.toString(16)}`
      return ['ready', this.#root, mark, String(process.geteuid?.()), String(process.getegid?.())]
    } catch (error) {
      return ['closed', reasonOf(error)]
    }
  }

  async perform(sheet: Sheet, signal: AbortSignal): Promise<Answers> {
    const root = this.#begin()
    try {
      const answers = new Answers()
      const steps = new LocalSteps(root, this.#setMtime, answers)
      let until = performance.now() + SLICE_MS
      for (const [number, step] of sheet.steps.entries()) {
        steps.perform(step, number)
        if (performance.now() < until) continue
        await turn()
        signal.throwIfAborted()
        until = performance.now() + SLICE_MS
      }
      if (!this.#isStill(root.stat)) throw this.#gone()
      return answers
    } finally {
      root.close()
    }
  }

  close(): void {
    this.#isOver = true
  }

  /** Not held open in between, so that a disk can be unmounted. */
  #begin(): Held {
    let root: Held
    try {
      root = Held.directory(this.#root)
    } catch (error) {
      throw ABSENT.has(codeOf(error)) ? this.#gone() : error
    }
    if (isSame(root.stat, this.#opened)) return root
    root.close()
    throw this.#gone()
  }

  #isStill(stat: fs.BigIntStats): boolean {
    return isSame(stat, fs.statSync(bytes(this.#root), { bigint: true, throwIfNoEntry: false }))
  }

  /** The next time it has to be opened anew. */
  #gone(): Error {
    this.#isOver = true
    return destinationGone(this.#name)
  }
}

function isSame(one: fs.BigIntStats, other: fs.BigIntStats | undefined): boolean {
  return other !== undefined && one.ino === other.ino && one.dev === other.dev
}

const ABSENT = new Set<string | undefined>(['ENOENT', 'ENOTDIR'])
const SECOND_NS = 1_000_000_000n
/** The event loop turns in between. */
const SLICE_MS = 10
