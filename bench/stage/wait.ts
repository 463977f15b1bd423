const CELL = new Int32Array(new SharedArrayBuffer(4))
/** So long it looks without a pause. */
const BUSY_MS = 5
const BUSY_STEP_MS = 0.02
const STEP_MS = 0.1

/**
 * Looks until `hasArrived`; returns the time since `startedAt`, or `undefined` when that was not within `limitMs`. The event loop
 * does not turn meanwhile, so that nothing but the look takes time.
 */
export function waitUntil(hasArrived: () => boolean, startedAt: number, limitMs: number): number | undefined {
  while (!hasArrived()) {
    const now = performance.now()
    if (now - startedAt > limitMs) return undefined
    if (now - startedAt > BUSY_MS) Atomics.wait(CELL, 0, 0, STEP_MS)
    else while (performance.now() - now < BUSY_STEP_MS);
  }
  return performance.now() - startedAt
}
