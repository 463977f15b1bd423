/** One option of the command line. Its environment variable is `CLSYNC_` and the name in capitals. */
export interface Flag {
  readonly group: 'what' | 'how' | 'output'
  readonly help: string
  readonly short?: string
  /** Name of the value in the help; absent: the flag is on or off. */
  readonly takes?: string
  /** May be given several times; in the environment one value a line. */
  readonly many?: true
  /** Path of the config option that it sets, where it sets just one. */
  readonly sets?: readonly string[]
  /** `false`: only on the command line, because it must be decided anew each time. */
  readonly environment?: false
}

/** Every flag there is: the help, the parser, the environment and docs/cli.md are made from this table. */
export const FLAGS = {
  handler: {
    group: 'what',
    takes: 'NAME|PATH',
    help: 'handler of the target: a package, its short name, or a path such as ./my-handler.ts',
  },
  option: {
    group: 'what',
    takes: 'KEY=VALUE',
    short: 'o',
    many: true,
    help: 'option of the handler; dots nest, a repeated key makes a list',
  },
  config: { group: 'what', takes: 'FILE', short: 'c', help: 'config file, instead of the nearest clsync.config.*' },
  profile: {
    group: 'what',
    takes: 'NAME',
    short: 'p',
    many: true,
    help: 'profile of the config; several with commas or again, later ones win',
  },
  exclude: { group: 'what', takes: 'PATTERN', many: true, help: 'leave out what matches, in the notation of .gitignore' },
  include: { group: 'what', takes: 'PATTERN', many: true, help: 'take what matches although something else excludes it' },
  'state-dir': {
    group: 'what',
    takes: 'DIR',
    sets: ['stateDir'],
    help: 'where clsync keeps what it knows; default $XDG_STATE_HOME/clsync',
  },

  once: { group: 'how', help: 'sync what differs, then end' },
  'until-idle': { group: 'how', help: 'go on until nothing is left to do, then end' },
  'dry-run': { group: 'how', short: 'n', help: 'say what --once would do, touch nothing' },
  accept: {
    group: 'how',
    environment: false,
    help: 'take the source as it is now although it was emptied or replaced, and release held deletes',
  },
  delay: {
    group: 'how',
    takes: 'DURATION',
    sets: ['schedule', 'delay'],
    help: 'collect changes for this long before they are sent, such as 50ms or 2s',
  },
  monitor: { group: 'how', takes: 'NAME', sets: ['monitor'], help: 'auto, inotify, fanotify, parcel or poll' },
  extraneous: {
    group: 'how',
    takes: 'CHOICE',
    sets: ['extraneous'],
    help: 'what the target has and the source lacks at first contact: keep or delete',
  },
  trash: { group: 'how', takes: 'DIR', help: 'mirror: keep what is deleted or replaced at the target in DIR' },

  'log-format': { group: 'output', takes: 'FORMAT', help: 'pretty, or json for one object a line' },
  verbose: { group: 'output', short: 'v', help: 'name every change' },
  quiet: { group: 'output', short: 'q', help: 'only warnings and errors' },
  version: { group: 'output', short: 'V', environment: false, help: 'print the version' },
  help: { group: 'output', short: 'h', environment: false, help: 'print this' },
} as const satisfies Readonly<Record<string, Flag>>

export type FlagName = keyof typeof FLAGS

/** A flag as given, with where: `--delay` or `CLSYNC_DELAY`. */
export interface Given<Value = string | boolean | readonly string[]> {
  readonly value: Value
  readonly origin: string
}

/** All flags that were given. */
export type GivenFlags = { readonly [Name in FlagName]?: Given }

/** `state-dir` → `CLSYNC_STATE_DIR`. */
export function variableOf(name: string): string {
  return `CLSYNC_${name.toUpperCase().replaceAll('-', '_')}`
}

/** The value of a flag that takes one. */
export function textOf(flags: GivenFlags, name: FlagName): string | undefined {
  const value = flags[name]?.value
  return typeof value === 'string' ? value : undefined
}

/** The values of a flag that may be given several times. */
export function listOf(flags: GivenFlags, name: FlagName): readonly string[] {
  const value = flags[name]?.value
  return Array.isArray(value) ? (value as readonly string[]) : [] // only lists of text are put in
}

/** Whether a flag without value was given and is on. */
export function isOn(flags: GivenFlags, name: FlagName): boolean {
  return flags[name]?.value === true
}
