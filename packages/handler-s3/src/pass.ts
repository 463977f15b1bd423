import type { Batch, FailedPath } from '@clsync/core/handler'
import { Conflict } from './conditions.ts'
import { UnfitName } from './keys.ts'
import { RequestFailed } from './requests.ts'
import { isAbsent } from './source.ts'
import type { Target } from './target.ts'

/** One batch on its way. */
export class Pass {
  readonly target: Target
  readonly batch: Batch
  /** Aborts when the batch does, and when something has failed that all would meet. */
  readonly signal: AbortSignal
  readonly failed: FailedPath[] = []
  readonly stale: string[] = []
  /** Keys to be deleted in the end, with the path of the batch for which they are. */
  readonly doomed = new Map<string, string>()
  readonly #given: AbortSignal
  readonly #own = new AbortController()

  constructor(target: Target, batch: Batch, signal: AbortSignal) {
    this.target = target
    this.batch = batch
    this.#given = signal
    this.signal = AbortSignal.any([signal, this.#own.signal])
  }

  /** Runs `work` on all items, many at once. Throws what concerns all of them, when the others have ended. */
  async each<T>(items: Iterable<T>, pathOf: (item: T) => string, work: (item: T) => Promise<void>): Promise<void> {
    const left = items[Symbol.iterator]()
    const worker = async (): Promise<void> => {
      for (let next = left.next(); next.done !== true; next = left.next()) {
        this.signal.throwIfAborted()
        await work(next.value).catch((error: unknown) => this.#take(pathOf(next.value), error))
      }
    }
    const ended = await Promise.allSettled(Array.from({ length: this.target.options.concurrency }, worker))
    this.#given.throwIfAborted()
    this.#own.signal.throwIfAborted()
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  }

  /** What is at the key is to go at the end of the batch, unless it is put once more. Others' objects stay, by the user's choice. */
  doom(key: string, path: string): void {
    const { holdings, options } = this.target
    const held = holdings.get(key)
    if (held === undefined || options.delete === 'never') return
    if (held.state === 'foreign' && options.delete === 'owned') {
      throw new Error(`"${key}" was not put there by clsync, so it is left. \`delete: prefix\` deletes it.`)
    }
    holdings.put({ ...held, state: 'doomed' })
    this.doomed.set(key, path)
  }

  /** As {@link Pass.doom}, of what the bucket may hold from when the path was another kind. */
  clearAway(key: string, path: string): void {
    const { holdings, options } = this.target
    if (options.delete === 'prefix' || holdings.get(key)?.state !== 'foreign') this.doom(key, path)
  }

  #take(path: string, error: unknown): void {
    this.#given.throwIfAborted()
    this.#own.signal.throwIfAborted()
    if (isAbsent(error)) this.stale.push(path)
    else if (isOfPath(error)) this.failed.push({ path, error })
    else {
      this.#own.abort(error)
      throw error
    }
  }
}

/** Whether the other paths may fare better. */
function isOfPath(error: unknown): boolean {
  if (error instanceof Conflict || error instanceof UnfitName) return true
  if (error instanceof RequestFailed) return !error.isOfAll
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return code === undefined || (typeof code === 'string' && !EVERYWHERE.has(code))
}

/** A refusal of the contract, and what the system says of all files. */
const EVERYWHERE = new Set([
  'HANDLER_REFUSED',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'EROFS',
  'ESTALE',
  'EIO',
  'ERR_SQLITE_ERROR',
])
