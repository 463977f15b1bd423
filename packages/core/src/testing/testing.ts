/**
 * For authors of handlers and for clsync's own tests: a conformance suite that any test runner can run, a handler that keeps its
 * target in memory, a clock that stands still, and a temporary tree.
 */
export { conformance, type ConformanceCase, type ConformanceOptions } from './conformance.ts'
export { FakeClock } from './fake-clock.ts'
export { createMemoryHandler, MemoryHandler, type MemoryTarget } from './memory-handler.ts'
export { readTree, type TargetEntry } from './snapshot.ts'
export type { Target } from './stage.ts'
export { tempTree, type TempTree, type TreeSpec } from './temp-tree.ts'
