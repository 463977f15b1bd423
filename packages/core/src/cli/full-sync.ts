import type { Rules, Task } from '../model/task.ts'
import { runTasks, type RunOptions } from './run.ts'

/**
 * The first sync of tasks that want one without their rules: each as a task of its own, with a state of its own, so that what the
 * rules leave out is neither taken for lost nor deleted afterwards. Returns an exit code when that is the end, as at a signal.
 */
export async function runFullSync(options: RunOptions): Promise<number | undefined> {
  const tasks = options.tasks.filter(({ fullInitialSync }) => fullInitialSync === true)
  if (tasks.length === 0) return undefined
  const settings = { ...options.settings, mode: 'once', maxRounds: undefined, beforeLast: undefined, after: undefined } as const
  options.statusFile?.write('initsync')
  const code = await runTasks({ ...options, settings, tasks: tasks.map(withoutRules), statusFile: undefined })
  // What could not be brought is brought by the task itself, where its rules want it.
  return code === 0 || code === 1 ? undefined : code
}

function withoutRules(task: Task): Task {
  return { ...task, rules: EVERYTHING, stateDir: `${task.stateDir}-full` }
}

const EVERYTHING: Rules = { fingerprint: 'everything', wants: () => true }
