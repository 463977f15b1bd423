import type { Batch, Change } from '@clsync/core/handler'
import { type Command, readCommand, type WrittenCommand } from './command.ts'
import { macrosIn } from './macros.ts'
import type { ScriptOptions } from './option-fields.ts'
import { BATCH_MACROS, CHANGE_MACROS } from './macro-names.ts'
import type { Preset } from './presets/preset.ts'
import { presetOf } from './presets/presets.ts'
import type { InputName } from './input-name.ts'

/** A command and how it learns the paths. */
export interface PlannedCommand {
  readonly command: Command
  readonly input: InputName
  /** Where it stands in the options. */
  readonly at: readonly string[]
}

/** The options with all that follows from them. */
export interface Plan {
  readonly preset: Preset | undefined
  readonly commands: readonly PlannedCommand[]
  /** What is run for a change; `undefined`: it is passed over. */
  commandFor(change: Change, reason: Batch['reason']): PlannedCommand | undefined
  /** A line of a list. */
  readonly line: string
}

/** Which command is for what. Throws when a command cannot be read. */
export function planFor(options: ScriptOptions): Plan {
  const preset = presetOf(options.preset)
  const main = written(options, preset)
  const planned = new Map<string, PlannedCommand | undefined>()
  const add = (name: string, given: WrittenCommand | false | undefined, at: readonly string[]): void => {
    if (given === false) planned.set(name, undefined)
    else if (given !== undefined) {
      const command = readCommand(given, shellOf(options))
      planned.set(name, { command, input: inputFor(command, options, preset, name), at })
    }
  }
  add('command', main, ['command'])
  for (const [name, given] of Object.entries(options.on ?? {})) add(name, given, ['on', name])
  return {
    preset,
    commands: [...planned.values()].filter((one) => one !== undefined),
    line: options.line ?? preset?.line ?? '%path%',
    commandFor({ type, kind }, reason) {
      if (kind === 'directory' && !options.kinds.includes('directory')) return undefined
      if (reason === 'initial' && planned.has('initial')) return planned.get('initial')
      return planned.has(type) ? planned.get(type) : planned.get('command')
    },
  }
}

/** The path of the shell that is asked for. */
export function shellOf({ shell }: Pick<ScriptOptions, 'shell'>): string | undefined {
  return shell === true ? '/bin/sh' : shell === false ? undefined : shell
}

/** The values that a command may name. */
export function macrosFor({ input }: PlannedCommand, { preset }: Plan, { variables }: ScriptOptions): Set<string> {
  const own: Readonly<Record<InputName, readonly string[]>> = {
    each: [...CHANGE_MACROS, 'paths'],
    argv: ['paths'],
    list: ['list'],
    list0: ['list'],
    json: ['list'],
    'rsync-lists': ['list', 'exclude-list', 'rsync-args'],
  }
  return new Set([...BATCH_MACROS, ...own[input], ...(preset === undefined ? [] : ['sync-type']), ...Object.keys(variables)])
}

/** The command of a preset is often its program alone; then it has the arguments that the C clsync gives by default. */
function written({ command, shell }: ScriptOptions, preset: Preset | undefined): WrittenCommand | undefined {
  if (preset === undefined) return command
  const { words } = command === undefined ? { words: preset.program } : readCommand(command, shellOf({ shell }))
  return words.length > 1 || words.length === 0 ? words : [...words, ...preset.arguments]
}

function inputFor(command: Command, options: ScriptOptions, preset: Preset | undefined, name: string): InputName {
  if (preset !== undefined) return name === 'initial' ? 'json' : preset.input
  if (name !== 'initial' && options.input !== undefined) return options.input
  const named = macrosIn(command.words)
  if (named.includes('paths')) return 'argv'
  if (named.some((one) => CHANGE_MACROS.includes(one))) return 'each'
  if (named.includes('list')) return options.input === 'list' ? 'list' : 'list0'
  return name === 'initial' && options.input?.startsWith('list') === true ? options.input : 'json'
}
