import type { Bucket } from './bucket.ts'
import type { Holding, Holdings } from './holdings.ts'
import type { Condition, PutRequest } from './put-request.ts'
import { RequestFailed } from './requests.ts'

/** Somebody else has changed an object that we were to write. */
export class Conflict extends Error {}

/** How a server takes the condition that an object is still the one we know: its ETag in quotes, without them, or not at all. */
type Habit = 'unknown' | 'none' | 'quoted' | 'bare'

/** Writes objects so that the work of others is not overwritten unseen, as far as the server can tell. */
export class Conditions {
  readonly #bucket: Bucket
  readonly #holdings: Holdings
  readonly #isWanted: boolean
  #probing: Promise<void> | undefined

  constructor(bucket: Bucket, holdings: Holdings, isWanted: boolean) {
    this.#bucket = bucket
    this.#holdings = holdings
    this.#isWanted = isWanted
  }

  /** Puts an object in the place of `held`; returns its ETag. Throws {@link Conflict}. */
  async put(request: Omit<PutRequest, 'condition'>, held: Holding | undefined, signal: AbortSignal): Promise<string> {
    if (this.#habit === 'unknown' && isKnown(held)) {
      // The first one finds out for all.
      if (this.#probing !== undefined) await this.#probing
      else return this.#probe(request, held, signal)
    }
    return this.#putIf(request, this.of(held), signal)
  }

  /** What must be so for an object to be written in the place of `held`. */
  of(held: Holding | undefined): Condition {
    const habit = this.#habit
    if (!this.#isWanted || habit === 'none') return undefined
    if (held === undefined) return { type: 'absent' }
    return isKnown(held) && habit !== 'unknown' ? { type: 'is', etag: held.etag, quoted: habit === 'quoted' } : undefined
  }

  get #habit(): Habit {
    return this.#isWanted ? ((this.#holdings.note('conditions') ?? 'unknown') as Habit) : 'none'
  }

  set #habit(habit: Habit) {
    this.#holdings.setNote('conditions', habit)
  }

  async #probe(request: Omit<PutRequest, 'condition'>, held: Holding, signal: AbortSignal): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#probing = promise
    try {
      return await this.#findOut(request, held, signal)
    } finally {
      this.#probing = undefined
      resolve()
    }
  }

  /** Asks for what cannot be: that there is no object where there is one. Whoever writes it all the same does not look. */
  async #findOut(request: Omit<PutRequest, 'condition'>, held: Holding, signal: AbortSignal): Promise<string> {
    const unlikely = await this.#try(request, { type: 'absent' }, signal)
    if (unlikely !== 'conflict') {
      this.#habit = 'none'
      return unlikely === 'unsupported' ? this.#bucket.put({ ...request, condition: undefined }, signal) : unlikely.etag
    }
    for (const quoted of [true, false]) {
      const likely = await this.#try(request, { type: 'is', etag: held.etag, quoted }, signal)
      if (typeof likely !== 'object') continue
      this.#habit = quoted ? 'quoted' : 'bare'
      return likely.etag
    }
    return this.#judge(request, signal)
  }

  async #try(
    request: Omit<PutRequest, 'condition'>,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<{ readonly etag: string } | 'conflict' | 'unsupported'> {
    try {
      return { etag: await this.#bucket.put({ ...request, condition }, signal) }
    } catch (error) {
      const answer = isConflict(error) ? 'conflict' : isUnsupported(error) ? 'unsupported' : undefined
      if (answer === undefined) throw error
      return answer
    }
  }

  async #putIf(request: Omit<PutRequest, 'condition'>, condition: Condition, signal: AbortSignal): Promise<string> {
    if (condition === undefined) return this.#bucket.put({ ...request, condition }, signal)
    const answer = await this.#try(request, condition, signal)
    if (typeof answer === 'object') return answer.etag
    if (answer === 'conflict') return this.#judge(request, signal)
    this.#habit = 'none'
    return this.#bucket.put({ ...request, condition: undefined }, signal)
  }

  /** Something else is there than we know of. It may be what we are about to put: an answer may have been lost. */
  async #judge(request: Omit<PutRequest, 'condition'>, signal: AbortSignal): Promise<string> {
    const head = await this.#bucket.head(request.key, signal)
    if (head === undefined) return this.#putIf(request, { type: 'absent' }, signal)
    if (head.etag === Buffer.from(request.md5, 'base64').toString('hex')) {
      // Its metadata may be another.
      return this.#bucket.put({ ...request, condition: undefined }, signal)
    }
    throw conflictAt(request.key)
  }
}

export function conflictAt(key: string): Conflict {
  return new Conflict(
    `Somebody else has written "${key}" since clsync last did, so it was left as it is. ` +
      '`clsync verify` overwrites it; `conflicts: overwrite` never asks.',
  )
}

export function isConflict(error: unknown): boolean {
  return error instanceof RequestFailed && error.failure.class === 'conflict'
}

/** A server that does not know conditions says so in one way or another. */
function isUnsupported(error: unknown): boolean {
  if (!(error instanceof RequestFailed)) return false
  const { class: kind, code } = error.failure
  return (
    kind === 'unsupported' || (kind === 'unfit' && /^(?:InvalidArgument|InvalidRequest|BadRequest|MethodNotAllowed)$/.test(code))
  )
}

function isKnown(held: Holding | undefined): held is Holding {
  return held !== undefined && held.state !== 'doubt' && held.etag !== ''
}
