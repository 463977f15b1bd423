import type { Clock, Timer } from '../model/clock.ts'
import { ROOT_DIR } from '../model/entry.ts'
import type { Monitor, MonitorStart } from './monitor.ts'

export interface PollOptions {
  readonly clock: Clock
  /** Time between two hints. */
  readonly intervalMs: number
}

/**
 * Asks for a look at the whole tree again and again: every change is followed by a look at it within one interval. Best effort,
 * as `drain` cannot tell what has changed until then. For file systems whose changes the kernel does not report.
 */
export function createPollMonitor({ clock, intervalMs }: PollOptions): Monitor {
  let timer: Timer | undefined
  return {
    name: 'poll',
    guarantee: 'best-effort',
    start({ sink }: MonitorStart) {
      const next = (): void => {
        timer = clock.after(intervalMs, () => {
          next()
          sink({ type: 'tree', dir: ROOT_DIR })
        })
      }
      next()
    },
    arm: () => 'armed',
    disarm() {},
    drain() {},
    stats: () => ({ watches: 0, events: 0, losses: 0 }),
    stop() {
      timer?.cancel()
      timer = undefined
      return Promise.resolve()
    },
  }
}
