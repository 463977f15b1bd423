import type { State } from '../observe/status.ts'

/** What happens to a target or a task. */
export type Input =
  /** Everything is set up; the first pass begins. */
  | 'started'
  /** The first pass is over. */
  | 'synced'
  /** A batch failed as a whole. */
  | 'failing'
  /** The wait after a failure is over, or a batch went through. */
  | 'recovered'
  | 'pause'
  | 'resume'
  /** A person has to act. */
  | 'halt'
  /** What halted it is gone or accepted, or it goes on before its first pass was over: back to a first pass. */
  | 'accept'
  | 'stop'
  | 'stopped'
  /** It cannot go on at all. */
  | 'fail'

/** The next state; pure and total: an input that means nothing in a state leaves it as it is. */
export function nextState(state: State, input: Input): State {
  return TRANSITIONS[state][input] ?? state
}

type Row = Partial<Record<Input, State>>

const STOPS: Row = { stop: 'draining', fail: 'failed' }

const TRANSITIONS: Readonly<Record<State, Row>> = {
  starting: { ...STOPS, started: 'initial', pause: 'paused', halt: 'halted', stopped: 'stopped' },
  initial: { ...STOPS, synced: 'running', failing: 'backoff', pause: 'paused', halt: 'halted' },
  running: { ...STOPS, failing: 'backoff', pause: 'paused', halt: 'halted', accept: 'initial' },
  backoff: { ...STOPS, recovered: 'running', pause: 'paused', halt: 'halted', accept: 'initial' },
  paused: { fail: 'failed', resume: 'running', accept: 'initial', halt: 'halted', stopped: 'stopped' },
  halted: { ...STOPS, accept: 'initial' },
  draining: { stopped: 'stopped', fail: 'failed' },
  stopped: {},
  failed: {},
}
