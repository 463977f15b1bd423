import type { Batch } from '@clsync/core/handler'
import { listBucket } from './listing.ts'
import type { Target } from './target.ts'
import { abortLeftovers } from './uploads.ts'

/** What has to be done before a batch, mostly nothing. */
export class Readiness {
  readonly #target: Target
  /** Paths that have been sent again since the bucket was listed for that. */
  readonly #resent = new Set<string>()

  constructor(target: Target) {
    this.#target = target
  }

  /** Without changing anything. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.#target.holdings.note('listed') !== 'yes') await listBucket(this.#target, signal)
  }

  async prepare(batch: Batch, signal: AbortSignal): Promise<void> {
    const { holdings } = this.#target
    await abortLeftovers(this.#target, signal)
    if (holdings.note('listed') !== 'yes') await listBucket(this.#target, signal)
    else if (batch.reason === 'resync') await this.#listAgain(batch, signal)
  }

  /** A person does not believe that the bucket holds what we know of: it is listed once for all the batches of a resync. */
  async #listAgain({ changes, attempt }: Batch, signal: AbortSignal): Promise<void> {
    const isNextOne = this.#resent.size > 0 && (attempt > 1 || !changes.some(({ path }) => this.#resent.has(path)))
    if (!isNextOne) {
      this.#resent.clear()
      await listBucket(this.#target, signal)
    }
    for (const { path } of changes) this.#resent.add(path)
  }
}
