const CELL = new Int32Array(new SharedArrayBuffer(4))
/**
 * Between two looks. Never none: a bench that looks without a pause takes a processor, and whoever is woken there waits for the next
 * tick of the kernel's clock.
 */
const STEP_MS = 0.05

/**
 * Looks until `hasArrived`; returns the time since `startedAt`, or `undefined` when that was not within `limitMs`. The event loop
 * does not turn meanwhile, so that nothing but the look takes time.
 */
export function waitUntil(hasArrived: () => boolean, startedAt: number, limitMs: number): number | undefined {
  while (!hasArrived()) {
    if (performance.now() - startedAt > limitMs) return undefined
    Atomics.wait(CELL, 0, 0, STEP_MS)
  }
  return performance.now() - startedAt
}
