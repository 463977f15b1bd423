/** Why a target cannot be served until a person acts. */
export interface Refusal {
  /** What happened, with the value it happened to. */
  readonly message: string
  /** What to do about it. */
  readonly fix: string
  readonly cause?: unknown
}

/**
 * An error that halts the target at once instead of being retried: bad credentials, a missing binary. Recognised by its
 * code, so that it works across copies of this package.
 */
export function refuse({ message, fix, cause }: Refusal): Error {
  return Object.assign(new Error(message, { cause }), { code: REFUSED, fix })
}

const REFUSED = 'HANDLER_REFUSED'

/** Whether a handler's error was made by {@link refuse}. */
export function isRefusal(error: unknown): error is Error & { readonly code: string; readonly fix: string } {
  try {
    return (error as { code?: unknown } | undefined)?.code === REFUSED
  } catch {
    return false // what cannot be looked at was not made by us
  }
}
