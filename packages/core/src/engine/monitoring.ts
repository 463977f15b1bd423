import type { Log } from '../handler.ts'
import type { Clock } from '../model/clock.ts'
import type { FileSystem } from '../model/file-system.ts'
import { fromText } from '../model/path.ts'
import type { Task } from '../model/task.ts'
import { chooseMonitor } from '../monitor/choose.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Source } from './source.ts'

export interface ChosenMonitor {
  readonly monitor: Monitor
  readonly why: string
}

interface MonitoringOptions {
  readonly task: Task
  readonly fs: FileSystem
  readonly clock: Clock
  readonly log: Log
}

/** Who takes the hints. */
interface Watching {
  readonly source: Source
  wake(): void
}

/** The monitor that the task asks for, or that fits its source. */
export async function choose({ task, fs, clock }: MonitoringOptions): Promise<ChosenMonitor> {
  const { monitor: requested, pollIntervalMs } = task
  const root = fromText(task.source)
  const fileSystemType = fs.typeOf(root)
  return chooseMonitor({ requested, root, platform: process.platform, fileSystemType, clock, pollIntervalMs })
}

/** Its hints go to the run, as soon as there is one. */
export async function startMonitor(
  { task, log }: MonitoringOptions,
  monitor: Monitor,
  run: () => Watching | undefined,
): Promise<void> {
  await monitor.start({
    root: fromText(task.source),
    directories: {
      pathOf: (dir) => run()?.source.tree.directories.pathOf(dir),
      nearest: (path) => run()?.source.tree.directories.nearest(path) ?? { dir: 1, exact: path === '' },
    },
    sink(hint) {
      run()?.source.hint(hint)
      run()?.wake()
    },
    warn: (message) => log.warn(message),
  })
}
