import type { State } from '../observe/status.ts'

/** The task is as well as its worst target. */
export function worstState(states: readonly State[]): State {
  return ORDER.find((state) => states.includes(state)) ?? 'running'
}

const ORDER: readonly State[] = ['failed', 'halted', 'starting', 'initial', 'backoff', 'draining', 'paused', 'running', 'stopped']
