import fs from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/engine.ts'
import { DEFAULTS } from '../../src/config/defaults.ts'
import type { Handler } from '../../src/handler.ts'
import type { TargetSpec, Task } from '../../src/model/task.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { project } from './project.ts'

/** A real engine on a real source, with handlers of the test's own. */
export interface LiveEngine {
  readonly engine: Engine
  /** Holds `source` and `state`. */
  readonly folder: string
  /** Warnings so far. */
  readonly warnings: readonly string[]
  /** Writes a file of the source. */
  write(name: string, content?: string): void
  remove(name: string): void
}

/** Effects have the engine's own defaults. */
export interface LiveOptions extends Pick<EngineOptions, 'clock' | 'fs' | 'monitor' | 'open'> {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly folder?: string
  readonly task?: Partial<Task>
}

/** Not started; stopped when the test is over. With `folder`, an earlier one goes on with its source and state. */
export function liveEngine({
  handlers,
  folder = project({ 'source/': '' }),
  task: changes,
  ...effects
}: LiveOptions): LiveEngine {
  const warnings: string[] = []
  const at = (name: string): string => path.join(folder, 'source', name)
  const targets = Object.entries(handlers).map(([name, handler]): TargetSpec => ({ name, handler, options: {} }))
  const { bigFile: _options, ...defaults } = DEFAULTS
  const task: Task = {
    ...defaults,
    name: 'test',
    source: path.join(folder, 'source'),
    stateDir: path.join(folder, 'state'),
    targets,
    rules: compileRules({}),
    schedule: { ...DEFAULTS.schedule, delayMs: 0 },
    retry: { minMs: 5, maxMs: 50 },
    accept: false,
    dryRun: false,
    plugins: [],
    ...changes,
  }
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) }
  const engine = createEngine(task, { log, ...effects })
  onTestFinished(() => engine.stop({ abort: true }))
  return {
    engine,
    folder,
    warnings,
    write(name, content = name) {
      fs.mkdirSync(path.dirname(at(name)), { recursive: true })
      fs.writeFileSync(at(name), content)
    },
    remove: (name) => fs.rmSync(at(name), { recursive: true }),
  }
}
