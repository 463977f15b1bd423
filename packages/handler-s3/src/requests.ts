import { setTimeout as pause } from 'node:timers/promises'
import { type Circumstances, type Failure, failureOf, isLock, reasonOf, refusalOf } from './failure.ts'
import { Limiter } from './limiter.ts'

/** A request that has failed for good. */
export class RequestFailed extends Error {
  readonly failure: Failure

  constructor(message: string, failure: Failure, cause: unknown) {
    super(message, { cause })
    this.failure = failure
  }

  /** Whether all other requests would fail as well. */
  get isOfAll(): boolean {
    return OF_ALL.has(this.failure.class)
  }
}

const OF_ALL = new Set<Failure['class']>(['throttled', 'passing', 'away'])

/** What counts as one request where it is counted. */
export type Counted = 'PUT' | 'COPY' | 'DELETE' | 'LIST' | 'HEAD' | 'POST' | 'PART'

export interface RequestsOptions {
  /** The most at once. */
  readonly most: number
  readonly circumstances: () => Omit<Circumstances, 'permission'>
}

/** Makes requests: a bounded number at once, again where that helps, and with an answer for people where it does not. */
export class Requests {
  /** Answered, whatever the answer was, since the start. */
  readonly counts: Record<Counted, number> = { PUT: 0, COPY: 0, DELETE: 0, LIST: 0, HEAD: 0, POST: 0, PART: 0 }
  readonly #limiter: Limiter
  readonly #o: RequestsOptions
  /** Permissions that have been seen to be given. */
  readonly #given = new Set<string>()

  constructor(options: RequestsOptions) {
    this.#o = options
    this.#limiter = new Limiter(options.most)
  }

  get limit(): number {
    return this.#limiter.limit
  }

  /** Throws what {@link refusalOf} makes where a person has to act, else {@link RequestFailed}, or what aborted `signal`. */
  async run<T>(what: Counted, permission: string, signal: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const release = await this.#limiter.take(signal)
      try {
        const answer = await request(signal)
        this.#given.add(permission)
        this.#limiter.done()
        return answer
      } catch (error) {
        signal.throwIfAborted()
        const failure = failureOf(error)
        if (failure.class === 'throttled') this.#limiter.throttled()
        if (attempt >= attempts(failure)) throw this.#final(error, failure, permission)
      } finally {
        this.counts[what]++
        release()
      }
      await pause(backoffMs(attempt), undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  #final(error: unknown, failure: Failure, permission: string): unknown {
    if (failure.class === 'none') return error
    const circumstances = { ...this.#o.circumstances(), permission }
    if (failure.class === 'refused' && !this.#isPassing(failure)) return refusalOf(error, failure, circumstances)
    // Where it is allowed for other keys, or is about deleting alone, the rest can go on.
    const isOfOne = this.#given.has(permission) || permission === 's3:DeleteObject'
    if (failure.class === 'denied' && !isOfOne) return refusalOf(error, failure, circumstances)
    return new RequestFailed(messageOf(error, failure, circumstances), failure, error)
  }

  /** Where credentials come from a service, that may be away for a while. */
  #isPassing({ code }: Failure): boolean {
    return this.#given.size > 0 && (code === 'CredentialsProviderError' || code === 'TokenProviderError')
  }
}

function messageOf(
  error: unknown,
  { class: kind, code, status }: Failure,
  { bucket, endpoint, permission }: Circumstances,
): string {
  const reason = reasonOf(error)
  if (kind === 'away') return `${endpoint} does not answer: ${reason}`
  if (kind !== 'denied') return `${endpoint} answered ${code}${status === 0 ? '' : ` (${status})`}: ${reason}`
  return isLock(reason)
    ? `The bucket "${bucket}" keeps this object under a lock: ${reason}`
    : `${permission} is not allowed in the bucket "${bucket}": ${reason}. Allow it to the credentials of clsync.`
}

function attempts({ class: kind, code }: Failure): number {
  switch (kind) {
    case 'throttled':
      return 8
    case 'passing':
      return 5
    case 'away':
      return 3
    case 'refused':
      // The SDK learns the time of the server from an answer; the clock may be set meanwhile.
      return code === 'RequestTimeTooSkewed' ? 4 : 1
    case 'denied':
    case 'absent':
    case 'conflict':
    case 'unsupported':
    case 'unfit':
    case 'none':
      return 1
  }
}

/** Doubles up to 5 s; a half of it is left to chance, so that not all come back at once. */
function backoffMs(attempt: number): number {
  const most = Math.min(5000, 100 * 2 ** (attempt - 1))
  return most / 2 + (Math.random() * most) / 2
}
