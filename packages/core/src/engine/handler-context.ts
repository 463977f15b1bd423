import fs from 'node:fs'
import path from 'node:path'
import type { HandlerContext, Log } from '../handler.ts'
import { fromText } from '../model/path.ts'
import type { Rules } from '../model/task.ts'
import { exec } from './exec.ts'

export interface ContextOptions {
  /** Of the task, and its label. */
  readonly name: string
  readonly label?: string | undefined
  readonly source: string
  readonly stateDir: string
  readonly target: string
  readonly dryRun: boolean
  readonly isKnown: boolean
  readonly accept: boolean
  readonly rules: Rules
  readonly log: Log
  progress(bytes: number): void
}

/** What a handler is given at its setup. */
export function createHandlerContext({
  name,
  label = name,
  source,
  stateDir,
  target,
  dryRun,
  isKnown,
  accept,
  rules,
  log,
  progress,
}: ContextOptions): HandlerContext {
  const directory = path.join(stateDir, 'targets', encodeURIComponent(target))
  let isMade = false
  return {
    root: source,
    label,
    get stateDir() {
      if (!isMade && !dryRun) fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
      isMade = true
      return directory
    },
    dryRun,
    isKnown,
    accept,
    isPassage: (given) => rules.isPassage?.(fromText(given)) ?? false,
    log: scoped(log, target),
    progress,
    exec,
  }
}

/** Lines of a handler say which target they are about. */
function scoped(log: Log, target: string): Log {
  const tell =
    (level: keyof Log) =>
    (message: string, data?: object): void =>
      log[level](message, { ...data, target })
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn') }
}
