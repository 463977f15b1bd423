import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Engine } from '../engine/engine.ts'
import { worstState } from '../engine/worst-state.ts'
import { ClsyncError } from '../model/error.ts'
import { reasonOf } from '../model/reason.ts'
import type { Log } from '../handler.ts'
import type { State } from '../observe/status.ts'
import type { EndStatus } from './ending.ts'

/** A file that holds how things stand, in a word and without the end of a line, as the C clsync writes it. */
export interface StatusFile {
  /** Readers see the old word or the new one. */
  write(word: string): void
  remove(): void
}

/** Writes the first word. Throws `CLI_USAGE` when that cannot be done; later it is only told. */
export function openStatusFile(file: string, log: Log): StatusFile {
  let last: string | undefined
  let hasWarned = false
  const put = (word: string): void => {
    const temporary = `${file}.${process.pid}`
    writeFileSync(temporary, word)
    renameSync(temporary, file)
    last = word
  }
  try {
    put(WORDS.starting)
  } catch (cause) {
    throw new ClsyncError('CLI_USAGE', {
      message: `The status file ${file} cannot be written.`,
      why: (cause as Error).message,
      fix: 'Make its directory, or name another file with --status-file.',
      cause,
    })
  }
  return {
    write(word) {
      if (word === last) return
      try {
        put(word)
      } catch (error) {
        if (!hasWarned) log.warn(`The status file ${file} cannot be written: ${reasonOf(error)}.`)
        hasWarned = true
      }
    },
    remove: () => rmSync(file, { force: true }),
  }
}

/** Keeps the file up to date while the engines run. What is done around the last sync is told to what this returns. */
export function follow(file: StatusFile | undefined, engines: readonly Engine[]): (status: EndStatus) => void {
  if (file === undefined) return () => {}
  let isEnding = false
  const look = (): void => {
    const state = worstState(engines.map((engine) => engine.status().state))
    if (!isEnding || LAST.has(state)) file.write(WORDS[state])
  }
  for (const { hooks } of engines) hooks.stateChanged.tap('clsync status file', look)
  look()
  return (status) => {
    isEnding = true
    file.write(status)
  }
}

const LAST: ReadonlySet<State> = new Set(['draining', 'stopped', 'failed'])

/** What the C clsync calls it; it has no word for `halted`. */
const WORDS: Readonly<Record<State, string>> = {
  starting: 'starting',
  initial: 'initsync',
  running: 'running',
  backoff: 'synchandler error',
  paused: 'hold on',
  halted: 'halted',
  draining: 'terminating',
  stopped: 'exiting',
  failed: 'exiting',
}
