/** A server that cannot be reached in so long is away. */
export const CONNECT_MS = 5000
/** A server that says nothing for so long has gone. */
export const SILENCE_MS = 60_000
