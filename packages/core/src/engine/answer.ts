import type { Batch, Session } from '../handler.ts'
import { reasonOf } from '../model/reason.ts'

/** What a handler says of its batch. Paths are texts of the batch. */
export interface Answer {
  /** With its reasons. */
  readonly failed: ReadonlyMap<string, unknown>
  readonly stale: ReadonlySet<string>
}

/** All has arrived. */
export const ALL_DONE: Answer = { failed: new Map(), stale: new Set() }

/**
 * Reads what a handler has answered. Throws when that is not what the contract asks for: nobody knows then what arrived, so the
 * whole batch has failed. A path that was not in the batch is such a case, as something has failed, and it is not known what.
 */
export function readAnswer(result: unknown, batch: Batch, handler: string): Answer {
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

/** What a method of a handler has returned, seen to be something that can be iterated over. */
export function iterableOf(value: unknown, handler: string, method: string): AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)) {
    return value as Iterable<unknown> // by the check before
  }
  throw garbled(handler, method, 'returned nothing to iterate over')
}

function read(result: unknown, { changes }: Batch): Answer {
  if (result === undefined || result === null) return ALL_DONE
  if (typeof result !== 'object') throw new Error(`returned a ${typeof result}`)
  if (result instanceof Error) throw new Error(`returned an error instead of throwing it (${reasonOf(result)})`)
  const { failed, stale } = result as { readonly failed?: unknown; readonly stale?: unknown }
  const failures = listOf(failed, 'failed')
  const late = listOf(stale, 'stale')
  if (failures.length + late.length === 0) return ALL_DONE
  const known = new Set(changes.map(({ path }) => path))
  const answer = { failed: new Map<string, unknown>(), stale: new Set<string>() }
  for (const item of failures) {
    const { path, error } = (item ?? {}) as { readonly path?: unknown; readonly error?: unknown }
    answer.failed.set(pathOf(path, known, 'failed'), error ?? 'The handler gave no reason.')
  }
  for (const path of late) answer.stale.add(pathOf(path, known, 'stale'))
  return answer
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`returned \`${name}\` that is no list`)
  return value as unknown[]
}

function pathOf(path: unknown, known: ReadonlySet<string>, what: string): string {
  if (typeof path !== 'string') throw new Error(`returned a ${what} path that is no text`)
  if (known.has(path)) return path
  throw new Error(`returned a ${what} path that was not in the batch, ${JSON.stringify(path.slice(0, 200))}`)
}

function whatIsWrong(session: unknown): string | undefined {
  if (typeof session !== 'object' || session === null) return 'returned no session'
  const { sync, inventory, verify, close } = session as Record<string, unknown>
  if (typeof sync !== 'function') return 'returned a session without `sync`'
  if (inventory !== undefined && typeof inventory !== 'function') return 'returned a session whose `inventory` is no function'
  if (verify !== undefined && typeof verify !== 'function') return 'returned a session whose `verify` is no function'
  if (close !== undefined && typeof close !== 'function') return 'returned a session whose `close` is no function'
  return undefined
}
