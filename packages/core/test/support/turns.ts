import type { FakeClock } from '../../src/testing/fake-clock.ts'

const MOST = 2000

/** Lets time pass, and what is asynchronous go on, until something is so. `told`: what is said when it never becomes so. */
export async function turnUntil(clock: FakeClock, isDone: () => boolean, told: () => string): Promise<void> {
  for (let turns = 0; !isDone(); turns++) {
    if (turns > MOST) throw new Error(`It never came true: ${told()}`)
    clock.advance(10)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
