import type { Task } from '../model/task.ts'
import { DEFAULTS } from './defaults.ts'
import type { TaskConfig } from './schema.ts'

type Values = Pick<
  Task,
  | 'monitor'
  | 'pollIntervalMs'
  | 'scrubIntervalMs'
  | 'schedule'
  | 'retry'
  | 'timeoutMs'
  | 'maxDelete'
  | 'extraneous'
  | 'initial'
  | 'pauseFile'
  | 'mounts'
  | 'signature'
  | 'fullInitialSync'
>

/** The options of a task that stand for themselves, with their defaults. `pathOf`: the option of that name as an absolute path. */
export function taskValues(config: TaskConfig, pathOf: (option: 'pauseFile') => string | undefined): Values {
  const { retry, maxDelete } = config
  const pauseFile = pathOf('pauseFile')
  return {
    monitor: config.monitor ?? DEFAULTS.monitor,
    pollIntervalMs: config.pollInterval ?? DEFAULTS.pollIntervalMs,
    scrubIntervalMs: config.scrubInterval ?? DEFAULTS.scrubIntervalMs,
    schedule: scheduleOf(config),
    retry: Object.freeze({
      minMs: retry?.min ?? DEFAULTS.retry.minMs,
      maxMs: retry?.max ?? DEFAULTS.retry.maxMs,
      ...(retry?.attempts && { attempts: retry.attempts }), // 0 is never, as is nothing
    }),
    timeoutMs: config.timeout ?? DEFAULTS.timeoutMs,
    maxDelete: Object.freeze({
      share: maxDelete?.share ?? DEFAULTS.maxDelete.share,
      above: maxDelete?.above ?? DEFAULTS.maxDelete.above,
    }),
    extraneous: config.extraneous ?? DEFAULTS.extraneous,
    initial: config.initial ?? DEFAULTS.initial,
    mounts: config.excludeMountPoints ? 'exclude' : config.oneFileSystem ? 'stop' : 'enter',
    signature: config.modificationSignature,
    fullInitialSync: config.fullInitialSync ?? false,
    ...(pauseFile !== undefined && { pauseFile }),
  }
}

function scheduleOf({ schedule }: TaskConfig): Task['schedule'] {
  const bigFile = schedule?.bigFile
  const threshold = bigFile?.threshold ?? DEFAULTS.bigFile.thresholdBytes
  return Object.freeze({
    delayMs: schedule?.delay ?? DEFAULTS.schedule.delayMs,
    settleMs: schedule?.settle ?? DEFAULTS.schedule.settleMs,
    maxWaitMs: schedule?.maxWait ?? DEFAULTS.schedule.maxWaitMs,
    minIntervalMs: schedule?.minInterval ?? DEFAULTS.schedule.minIntervalMs,
    bigFile:
      bigFile === undefined || threshold === 'off'
        ? undefined
        : { thresholdBytes: threshold, delayMs: bigFile.delay ?? DEFAULTS.bigFile.delayMs },
  })
}
