import type { z } from '@clsync/core/handler'
import { macrosIn } from './macros.ts'
import { CHANGE_MACROS, BATCH_MACROS } from './macro-names.ts'
import { macrosFor, type Plan, type PlannedCommand, planFor } from './plan.ts'
import type { ScriptOptions } from './option-fields.ts'

/** What the schema cannot say about single options: commands that cannot be read, macros that nobody fills in, what does not go together. */
export function checkOptions(options: ScriptOptions, context: z.RefinementCtx<ScriptOptions>): void {
  const issue: AddIssue = (path, message) => context.addIssue({ code: 'custom', path: [...path], message, input: options })
  if (options.preset !== undefined && (options.input !== undefined || options.shell !== false)) {
    return issue(['preset'], 'A preset decides about input and shell by itself; leave those out.')
  }
  for (const code of Object.keys(options.exitCodes)) {
    if (/^(?:\d{1,3}|signal)$/u.test(code)) continue
    issue(['exitCodes', code], 'Exit codes are numbers from 0 to 255, or `signal` for the end by a signal.')
  }
  let plan: Plan
  try {
    plan = planFor(options)
  } catch (error) {
    return issue(['command'], `A command cannot be read: ${(error as Error).message}.`)
  }
  if (!plan.commands.some(({ at }) => at[0] === 'command') && !coversAll(options)) {
    return issue(['command'], 'Name a command, or one in `on` for each of create, update and delete.')
  }
  for (const planned of plan.commands) checkMacros(planned, plan, options, issue)
  checkLine(plan.line, options, issue)
}

type AddIssue = (path: readonly PropertyKey[], message: string) => void

function coversAll({ on, deletes }: ScriptOptions): boolean {
  return on?.create !== undefined && on.update !== undefined && (on.delete !== undefined || !deletes)
}

function checkMacros(planned: PlannedCommand, plan: Plan, options: ScriptOptions, issue: AddIssue): void {
  const { command, input, at } = planned
  const macros = macrosFor(planned, plan, options)
  const named = macrosIn(command.words)
  for (const name of named) {
    if (macros.has(name)) continue
    const known = [...macros].toSorted().map((one) => `%${one}%`)
    issue(at, `There is no value for %${name}% here; there is for ${known.join(', ')}. A percent sign is written %%.`)
  }
  if (named.includes('destination') && options.destination === undefined) {
    issue(['destination'], 'Name the destination: the command has %destination% in it.')
  }
  if (input === 'argv' && command.text === undefined && !named.includes('paths')) {
    issue(at, 'With the input argv, the command needs the argument %paths%: the paths take its place.')
  }
}

function checkLine(line: string, { variables }: ScriptOptions, issue: AddIssue): void {
  const known = new Set([...BATCH_MACROS, ...CHANGE_MACROS, ...Object.keys(variables)])
  for (const name of macrosIn([line])) {
    if (!known.has(name)) issue(['line'], `There is no value for %${name}% in a line of a list. A percent sign is written %%.`)
  }
}
