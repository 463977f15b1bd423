import type { Capabilities } from '../../src/handler.ts'
import { createGate, type Gate } from './gate.ts'
import { type LiveEngine, liveEngine, type LiveOptions } from './live-engine.ts'

/** A real engine with one target, whose batches the test lets through. Not started. */
export function gatedEngine(
  options: Omit<LiveOptions, 'handlers'> = {},
  claims: Partial<Capabilities> = {},
): { readonly gate: Gate; readonly live: LiveEngine } {
  const gate = createGate(claims)
  return { gate, live: liveEngine({ ...options, handlers: { gate: gate.handler } }) }
}
