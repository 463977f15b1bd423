import { setTimeout as pause } from 'node:timers/promises'

/** Asks again and again until the answer is yes; throws when that takes too long. */
export async function until(what: string, ask: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !ask(); await pause(15)) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`)
  }
}
