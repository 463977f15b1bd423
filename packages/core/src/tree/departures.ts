import type { DirId, Observation } from '../model/entry.ts'
import type { RawPath } from '../model/path.ts'

/**
 * Files that have left a name in the last rounds, and may go on under another. What was written through the name before may be told
 * of only now, as a look is faster than the events that are still in the kernel's queue.
 */
export class Departures {
  #rounds: Map<string, Observation>[] = [new Map()]
  /** Those that had further names, by the one that is gone; the latest of each. */
  readonly #linked = new Map<string, Observation>()
  /** For how many rounds more a stray may turn up. */
  #strayRounds = 0

  note(dir: DirId, name: RawPath, file: Observation): void {
    const key = `${dir}/${name}`
    this.#rounds[0]!.set(key, file)
    if (file.nlink < 2) return
    this.#linked.delete(key)
    this.#linked.set(key, file)
    if (this.#linked.size > MOST_LINKED) this.#linked.delete(this.#linked.keys().next().value!)
  }

  /** The file that was there before, and has other names: whoever had opened it writes under this one for as long as that takes. */
  linked(dir: DirId, name: RawPath): Observation | undefined {
    return this.#linked.size === 0 ? undefined : this.#linked.get(`${dir}/${name}`)
  }

  /** What may have been written to under a name. When that was `moved`, by an exchange perhaps, it may have been any. */
  find(dir: DirId, name: RawPath, moved: boolean): Observation[] {
    if (moved) return this.#rounds.flatMap((round) => [...round.values()])
    const key = `${dir}/${name}`
    return this.#rounds.flatMap((round) => round.get(key) ?? [])
  }

  /** A file was written to under a name that has gone before anybody saw whose it was. */
  noteStray(): void {
    this.#strayRounds = ROUNDS
  }

  /** Whether a file that was renamed may be one that was written to under the name that it had before. */
  get hasStray(): boolean {
    return this.#strayRounds > 0
  }

  /** A round of looks begins; all that was told until now is among its hints. */
  turn(): void {
    this.#rounds = [new Map(), ...this.#rounds.slice(0, ROUNDS - 1)]
    this.#strayRounds = Math.max(0, this.#strayRounds - 1)
  }
}

/** One would do if every event were in the queue as soon as its cause shows. */
const ROUNDS = 4
/** About 200 bytes each. */
const MOST_LINKED = 10_000
