import type { State } from '../observe/status.ts'
import type { Input } from './machine.ts'

interface Pausable {
  readonly state: State
  change(input: Input): void
}

/** Pauses targets, and lets them go on where they were: a first pass that was cut short is still the first. */
export class Pausing {
  readonly #before = new Map<Pausable, State>()

  pause(targets: readonly Pausable[]): void {
    for (const target of targets) {
      if (target.state !== 'paused') this.#before.set(target, target.state)
      target.change('pause')
    }
  }

  resume(targets: readonly Pausable[]): void {
    for (const target of targets) {
      const before = this.#before.get(target)
      if (target.state === 'paused') target.change(before === 'starting' || before === 'initial' ? 'accept' : 'resume')
    }
  }
}
