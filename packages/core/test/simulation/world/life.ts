import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** Thrown at a process that has died, at its next step. */
class Death extends Error {}

/** One process, from its start to its end. After that nothing it does has an effect. */
export class Life {
  isAlive = true
  /** Writes that were on their way to a target: of children that outlive their parent. */
  readonly lateWrites = new Set<() => void>()
  /** Events that ran in this process. */
  turns = 0
  readonly timeline: Timeline
  readonly random: Random
  readonly #cost: number
  #callsLeft = -1
  #crashAt: { readonly stage: CommitStage; left: number } | undefined

  /** @param cost time of one system call, at most */
  constructor(timeline: Timeline, random: Random, cost: number) {
    this.timeline = timeline
    this.random = random
    this.#cost = cost
  }

  /** Takes a little time, in which the world goes on; throws in a dead process. */
  enter(): void {
    this.check()
    if (this.#callsLeft-- === 0) this.die()
    this.check()
    this.timeline.spend(this.random.next() * this.random.next() * this.#cost)
    this.check()
  }

  check(): void {
    if (!this.isAlive) throw new Death('The process is dead.')
  }

  after(delayMs: number, run: () => void): () => void {
    return this.timeline.inside(delayMs, () => {
      if (!this.isAlive) return
      this.turns++
      try {
        run()
      } catch (error) {
        if (!(error instanceof Death)) throw error
      }
    })
  }

  /** Never comes back in a dead process. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve)
    })
  }

  die(): void {
    if (!this.isAlive) return
    this.isAlive = false
    for (const write of this.lateWrites) if (this.random.chance(0.3)) write()
    this.lateWrites.clear()
  }

  /** Dies at one of the next system calls. */
  dieAtCall(skipped: number): void {
    this.#callsLeft = skipped
  }

  /** Dies at one of the next transactions. */
  dieAtCommit(stage: CommitStage, skipped: number): void {
    this.#crashAt = { stage, left: skipped }
  }

  atCommit(stage: CommitStage): void {
    const crash = this.#crashAt
    if (crash?.stage === stage && crash.left-- <= 0) this.die()
    this.check()
  }
}

export type CommitStage = 'before' | 'inside' | 'after'
