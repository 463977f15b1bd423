import type { State } from '../observe/status.ts'
import { type Input, nextState } from './machine.ts'

/** The state of one target. A first pass that a failure or a pause cuts short goes on as the first. */
export class Lifecycle {
  state: State = 'starting'
  readonly #changed: (from: State, to: State) => void
  #isFirstPass = true

  constructor(changed: (from: State, to: State) => void) {
    this.#changed = changed
  }

  change(input: Input): void {
    const from = this.state
    if (input === 'synced') this.#isFirstPass = false
    const goesOn = (from === 'backoff' && input === 'recovered') || (from === 'paused' && input === 'resume')
    this.state = nextState(from, goesOn && this.#isFirstPass ? 'accept' : input)
    if (this.state !== from) this.#changed(from, this.state)
  }
}
