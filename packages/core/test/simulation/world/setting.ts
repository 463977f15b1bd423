import type { Capabilities } from '../../../src/handler.ts'
import type { Task } from '../../../src/model/task.ts'
import type { FaultRates } from './faults.ts'
import type { Random } from './random.ts'

/** The circumstances of one history. */
export interface Setting {
  readonly monitor: 'inotify' | 'fanotify' | 'lossy' | 'parcel' | 'poll'
  readonly tickMs: number
  readonly reusesInodes: boolean
  readonly hasBirth: boolean
  readonly queueLimit: number
  /** Watches that can be had. */
  readonly watchLimit: number
  readonly mostTransitMs: number
  readonly mostDelayMs: number
  /** Timers of the process come late. */
  readonly isSlow: boolean
  /** Most time that one call of the file system takes. */
  readonly callMs: number
  readonly faults: FaultRates
  readonly targets: readonly TargetSetting[]
  readonly task: Pick<
    Task,
    'schedule' | 'retry' | 'timeoutMs' | 'maxDelete' | 'extraneous' | 'pollIntervalMs' | 'scrubIntervalMs'
  >
}

export interface TargetSetting {
  readonly capabilities: Partial<Capabilities>
  /** Of a batch: it goes wrong in one of several ways. */
  readonly badBatch: number
  /** Of a path. */
  readonly badPath: number
  /** Most time for one step of a batch. */
  readonly stepMs: number
  /** Looks at the source before it deletes. */
  readonly isCareful: boolean
  /** Holds something before the first contact. */
  readonly isFilled: boolean
}

/** Whether hints tell every change. */
export function isNoLoss({ monitor }: Pick<Setting, 'monitor'>): boolean {
  return monitor === 'inotify' || monitor === 'fanotify'
}

export function drawSetting(random: Random): Setting {
  const monitor = random.chance(0.75)
    ? random.pick(['inotify', 'fanotify'] as const)
    : random.pick(['lossy', 'parcel', 'poll'] as const)
  const isCalm = random.chance(0.4)
  const rate = (most: number): number => (isCalm || random.chance(0.6) ? 0 : most)
  const watch = rate(0.3)
  const watchLimit = random.chance(0.1) ? 2 + random.below(4) : Infinity
  return {
    monitor,
    // Where nobody watches, a rewrite of the same size within a tick cannot be found.
    tickMs: watch > 0 || watchLimit < Infinity ? 0.001 : random.pick([0.001, 4, 4, 4, 1000]),
    reusesInodes: random.chance(0.6),
    hasBirth: random.chance(0.85),
    watchLimit,
    queueLimit: random.pick([16_384, 16_384, 16, 5]),
    mostTransitMs: random.pick([0, 0, 2]),
    mostDelayMs: random.pick([5, 50, 400]),
    isSlow: random.chance(0.3),
    callMs: random.pick([0.01, 0.2, 3]),
    faults: { look: rate(0.05), watch, store: rate(0.03) },
    targets: Array.from({ length: random.pick([1, 1, 1, 2]) }, () => drawTarget(random, isCalm)),
    task: {
      schedule: drawSchedule(random),
      retry: { minMs: 50, maxMs: 2000 },
      timeoutMs: 3000,
      maxDelete: random.pick([
        { share: 1, above: 0 },
        { share: 1, above: 0 },
        { share: 0.4, above: 4 },
      ]),
      extraneous: random.pick(['keep', 'delete']),
      pollIntervalMs: 2000,
      scrubIntervalMs: monitor === 'lossy' || monitor === 'parcel' ? 10_000 : random.pick([0, 0, 5000]),
    },
  }
}

/** What profiles are made of. */
export function drawSchedule(random: Random): Task['schedule'] {
  return {
    delayMs: random.pick([0, 0, 10, 50, 300]),
    settleMs: random.pick([0, 0, 100]),
    maxWaitMs: 1000,
    minIntervalMs: random.pick([0, 0, 200]),
    bigFile: random.pick([undefined, undefined, { thresholdBytes: 30, delayMs: 500 }]),
  }
}

function drawTarget(random: Random, isCalm: boolean): TargetSetting {
  return {
    capabilities: {
      moves: random.chance(0.7),
      parallel: random.pick([1, 1, 2, 4]),
      maxChanges: random.pick([1, 2, 3, 20, 1000]),
      kinds: random.chance(0.5) ? ['file', 'directory', 'symlink'] : ['file', 'directory', 'symlink', 'other'],
      byteNames: random.chance(0.5),
    },
    badBatch: isCalm ? 0 : random.pick([0, 0.1, 0.4]),
    badPath: isCalm ? 0 : random.pick([0, 0.05, 0.3]),
    stepMs: random.pick([0.1, 5, 300]),
    isCareful: random.chance(0.5),
    isFilled: random.chance(0.15),
  }
}
