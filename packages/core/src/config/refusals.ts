import { ClsyncError } from '../model/error.ts'
import type { RunSettings } from '../model/run-settings.ts'
import type { Task } from '../model/task.ts'

/** Refuses settings that cannot hold together, and says why. Throws `CONFIG_INVALID`. */
export function refuseContradictions(run: RunSettings, tasks: readonly Task[]): void {
  const skipping = tasks.find(({ initial }) => initial === 'skip')
  if (skipping !== undefined && run.mode !== 'live') {
    throw contradiction(
      `Without a first sync there is nothing to do ${run.mode === 'once' ? 'once' : 'until nothing is left'}.`,
      `\`initial: 'skip'\` (--skip-initial) takes the target for equal to the source, so ${run.mode === 'once' ? '--once' : '--until-idle'} would end at once.`,
    )
  }
  const both = tasks.find((task) => task.initial === 'skip' && task.fullInitialSync === true)
  if (both !== undefined) {
    throw contradiction(
      `Task "${both.name}" has a full first sync, and none at all.`,
      '`fullInitialSync` (--full-initialsync) and `initial: skip` (--skip-initial) contradict each other.',
    )
  }
  if (run.background && (run.logTo === 'stdout' || run.logTo === 'stderr' || run.logTo === 'journal')) {
    throw contradiction(
      `A process in the background has no ${run.logTo === 'stderr' ? 'stderr' : 'stdout'}.`,
      `It leaves its terminal, so that nobody would read the log in ${run.logTo}. Under systemd it is not needed at all.`,
      'Use `logTo: syslog` (--log-to syslog), or leave out background.',
    )
  }
}

function contradiction(message: string, why: string, fix = 'Leave out one of them.'): ClsyncError {
  return new ClsyncError('CONFIG_INVALID', { message, why, fix })
}
