/** What holds where neither a config nor the environment nor the command line says otherwise. */
export const DEFAULTS = Object.freeze({
  monitor: 'auto',
  pollIntervalMs: 5_000,
  scrubIntervalMs: 3_600_000,
  schedule: Object.freeze({ delayMs: 50, settleMs: 0, maxWaitMs: 60_000, minIntervalMs: 0, bigFile: undefined }),
  /** Of `schedule.bigFile` when it is given without them. */
  bigFile: Object.freeze({ thresholdBytes: 128 * 1024 ** 2, delayMs: 30_000 }),
  retry: Object.freeze({ minMs: 1_000, maxMs: 300_000 }),
  timeoutMs: 600_000,
  maxDelete: Object.freeze({ share: 0.5, above: 100 }),
  extraneous: 'keep',
  initial: 'diff',
  drainMs: 30_000,
} as const)
