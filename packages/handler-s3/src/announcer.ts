import type { HandlerContext } from '@clsync/core/handler'
import { openCloudFront } from './cloudfront.ts'
import { reasonOf } from './failure.ts'
import type { Holdings } from './holdings.ts'
import type { S3Options } from './options.ts'
import type { Published } from './published.ts'

type Listener = (published: Published) => void | Promise<void>

/**
 * Tells what has changed in the bucket to those who asked for it. What could not be told is kept, over restarts too, and told again
 * with what comes next, or after a while.
 */
export class Announcer {
  readonly #holdings: Holdings
  readonly #bucket: string
  readonly #log: HandlerContext['log']
  readonly #listeners: readonly Listener[]
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #telling: Promise<void> = Promise.resolve()

  private constructor(holdings: Holdings, bucket: string, log: HandlerContext['log'], listeners: readonly Listener[]) {
    this.#holdings = holdings
    this.#bucket = bucket
    this.#log = log
    this.#listeners = listeners
  }

  /** Refuses when the SDK of CloudFront is asked for and not there. */
  static async open(
    options: S3Options,
    holdings: Holdings,
    bucket: string,
    prefix: string,
    log: HandlerContext['log'],
  ): Promise<Announcer> {
    const listeners: Listener[] = []
    if (options.cloudFront !== undefined) listeners.push(await openCloudFront(options, options.cloudFront, prefix))
    if (options.onPublished !== undefined) listeners.push(options.onPublished)
    return new Announcer(holdings, bucket, log, listeners)
  }

  /** Resolves when all have been told, or it has been put off. */
  async tell(): Promise<void> {
    clearTimeout(this.#timer)
    this.#telling = this.#telling.then(() => this.#tell())
    await this.#telling
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#telling
    clearTimeout(this.#timer)
  }

  async #tell(): Promise<void> {
    const all = this.#holdings.changed()
    if (all.length === 0) return
    if (this.#listeners.length === 0) {
      this.#holdings.forgetChanged()
      return
    }
    const keys = (isDeleted: boolean): string[] => all.filter((each) => each.isDeleted === isDeleted).map(({ key }) => key)
    const published = { bucket: this.#bucket, changed: keys(false), deleted: keys(true) }
    try {
      for (const listener of this.#listeners) await listener(published)
      this.#holdings.forgetChanged()
      this.#failures = 0
    } catch (error) {
      this.#log.warn('what was published could not be announced; it is tried again', { reason: reasonOf(error) })
      const waitMs = Math.min(MOST_MS, LEAST_MS * 2 ** this.#failures++)
      this.#timer = setTimeout(() => void this.tell(), waitMs)
      this.#timer.unref()
    }
  }
}

const LEAST_MS = 1000
const MOST_MS = 10 * 60_000
