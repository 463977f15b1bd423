/** Why something failed, for people. Handlers may throw anything, so nothing is expected of what they throw: this never throws. */
export function reasonOf(error: unknown): string {
  try {
    const message = (error as { readonly message?: unknown } | undefined | null)?.message
    const text = typeof message === 'string' ? message : String(error)
    return text.length > MOST ? `${text.slice(0, MOST)}…` : text
  } catch {
    // An error that cannot even be looked at.
  }
  return 'an error that cannot be read'
}

/** What is kept of a reason: there may be thousands of them. */
const MOST = 2000
