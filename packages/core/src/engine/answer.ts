import type { Batch, Session } from '../handler.ts'
import { reasonOf } from '../model/reason.ts'

/**
 * The paths that a handler says have failed, with its reasons. Throws when the answer is not what the contract asks for: nobody
 * knows then what arrived, so the whole batch has failed. A path that was not in the batch is such a case, as something has
 * failed, and it is not known what.
 */
export function failedPaths(result: unknown, batch: Batch, handler: string): ReadonlyMap<string, unknown> {
  try {
    return read(result, batch)
  } catch (error) {
    throw garbled(handler, 'sync', `${reasonOf(error)}. None of its batch is taken to have arrived`, error)
  }
}

/** What a handler's setup has returned, seen to be a session. */
export function checkSession(session: unknown, handler: string): Session {
  let wrong: string | undefined
  try {
    wrong = whatIsWrong(session)
  } catch (error) {
    wrong = reasonOf(error)
  }
  if (wrong !== undefined) throw garbled(handler, 'setup', wrong)
  return session as Session // by the check above
}

/** An error that names the handler that does not keep the contract. */
export function garbled(handler: string, method: string, what: string, cause?: unknown): Error {
  return new Error(`The handler "${handler}" does not keep its contract: ${method} ${what}.`, { cause })
}

const NONE: ReadonlyMap<string, unknown> = new Map()

function read(result: unknown, { changes }: Batch): ReadonlyMap<string, unknown> {
  if (result === undefined || result === null) return NONE
  if (typeof result !== 'object') throw new Error(`returned a ${typeof result}`)
  if (result instanceof Error) throw new Error(`returned an error instead of throwing it (${reasonOf(result)})`)
  const listed = (result as { readonly failed?: unknown }).failed
  if (listed === undefined || listed === null) return NONE
  if (!Array.isArray(listed)) throw new Error('returned `failed` that is no list')
  if (listed.length === 0) return NONE
  const known = new Set(changes.map(({ path }) => path))
  const failed = new Map<string, unknown>()
  for (const item of listed as unknown[]) {
    const { path, error } = (item ?? {}) as { readonly path?: unknown; readonly error?: unknown }
    if (typeof path !== 'string') throw new Error('returned a failed path that is no text')
    if (!known.has(path))
      throw new Error(`returned a failed path that was not in the batch, ${JSON.stringify(path.slice(0, 200))}`)
    failed.set(path, error ?? 'The handler gave no reason.')
  }
  return failed
}

function whatIsWrong(session: unknown): string | undefined {
  if (typeof session !== 'object' || session === null) return 'returned no session'
  const { sync, inventory, close } = session as Record<string, unknown>
  if (typeof sync !== 'function') return 'returned a session without `sync`'
  if (inventory !== undefined && typeof inventory !== 'function') return 'returned a session whose `inventory` is no function'
  if (close !== undefined && typeof close !== 'function') return 'returned a session whose `close` is no function'
  return undefined
}
