import { z } from 'zod'
import { LOG_TARGETS, type RunSettings } from '../model/run-settings.ts'
import { DEFAULTS } from './defaults.ts'
import { countOption, durationOption } from './units.ts'

const commandOption = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: 'expected text for the shell, or a list of a program and its arguments',
  })
  .meta({ accepts: 'text for the shell, or a list of a program and its arguments' })

/** What holds for the process: once for all tasks. */
export const runOption = z.strictObject({
  mode: z
    .enum(['live', 'once', 'until-idle'])
    .optional()
    .describe('`once` ends when what differs was tried, `until-idle` when nothing is left to do.'),
  maxRounds: countOption(1)
    .optional()
    .describe('Ends after so many rounds of every target. A round is all that was due at one time; the first sync is one.'),
  drain: durationOption()
    .optional()
    .describe('What waits when clsync is told to end has this long to be sent; the rest is sent after the next start.'),
  beforeLast: commandOption
    .optional()
    .describe('Run when all is sent and clsync is about to end, as to stop a server. What it changes is sent before the end.'),
  after: commandOption.optional().describe('Run at the very end, if all went well.'),
  pidFile: z.string().min(1).optional().describe('Holds the number of the process while it runs. Relative to the config file.'),
  statusFile: z
    .string()
    .min(1)
    .optional()
    .describe('Holds how things stand while it runs, in a word of the C clsync. Relative to the config file.'),
  background: z.boolean().optional().describe('Leave the terminal as soon as the tasks have begun.'),
  logTo: z
    .enum(LOG_TARGETS)
    .optional()
    .describe('Where the log goes: `journal` is stdout with priorities as systemd reads them, `syslog` goes through `logger`.'),
})

/** The settings with their defaults; `pathOf` makes the file of an option absolute. */
export function decideRun(
  given: z.output<typeof runOption> | undefined,
  pathOf: (option: 'pidFile' | 'statusFile', given: string) => string,
): RunSettings {
  const fileOf = (option: 'pidFile' | 'statusFile'): string | undefined => {
    const file = given?.[option]
    return file === undefined ? undefined : pathOf(option, file)
  }
  const background = given?.background ?? false
  return Object.freeze({
    mode: given?.mode ?? 'live',
    maxRounds: given?.maxRounds,
    drainMs: given?.drain ?? DEFAULTS.drainMs,
    beforeLast: given?.beforeLast,
    after: given?.after,
    pidFile: fileOf('pidFile'),
    statusFile: fileOf('statusFile'),
    background,
    // Nobody reads the output of a process that has left its terminal.
    logTo: given?.logTo ?? (background ? 'syslog' : 'stdout'),
  })
}
