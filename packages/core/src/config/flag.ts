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
  /** What it sets there, when it is not its own value. */
  readonly as?: string
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
  'rules-file': { group: 'what', takes: 'FILE', short: 'R', sets: ['rulesFile'], help: 'rules as the C clsync has them' },
  'full-initialsync': {
    group: 'what',
    short: 'F',
    sets: ['fullInitialSync'],
    help: 'the first sync of each run brings what the rules leave out, too',
  },
  'one-file-system': { group: 'what', sets: ['oneFileSystem'], help: 'stay out of what is mounted below the source' },
  'exclude-mount-points': {
    group: 'what',
    short: 'X',
    sets: ['excludeMountPoints'],
    help: 'as --one-file-system, and leave out the mount points themselves',
  },
  'modification-signature': {
    group: 'what',
    takes: 'FIELDS',
    sets: ['modificationSignature'],
    help: 'a file has changed only when one of these has: size, mtime, mode, …; * for all',
  },
  'state-dir': {
    group: 'what',
    takes: 'DIR',
    sets: ['stateDir'],
    help: 'where clsync keeps what it knows; default $XDG_STATE_HOME/clsync',
  },

  label: { group: 'what', takes: 'NAME', short: 'l', sets: ['label'], help: 'name of the task in logs and for scripts' },
  preset: { group: 'what', takes: 'NAME', sets: ['preset'], help: 'defaults of another program: clsync' },

  once: { group: 'how', sets: ['run', 'mode'], as: 'once', help: 'sync what differs, then end' },
  'until-idle': {
    group: 'how',
    sets: ['run', 'mode'],
    as: 'until-idle',
    help: 'go on until nothing is left to do, then end',
  },
  'max-rounds': { group: 'how', takes: 'N', sets: ['run', 'maxRounds'], help: 'end after so many rounds; the first sync is one' },
  'skip-initial': {
    group: 'how',
    sets: ['initial'],
    as: 'skip',
    help: 'at first contact, take the target for equal to the source; send only what changes from now on',
  },
  verify: {
    group: 'how',
    sets: ['initial'],
    as: 'verify',
    help: 'compare with what the target really holds at the start, and send what is missing or was changed there',
  },
  resend: { group: 'how', sets: ['initial'], as: 'full', help: 'send everything once more at the start' },
  'before-last': {
    group: 'how',
    takes: 'COMMAND',
    sets: ['run', 'beforeLast'],
    help: 'run it before the end; what it changes is sent, too',
  },
  after: { group: 'how', takes: 'COMMAND', sets: ['run', 'after'], help: 'run it after the last sync, if all went well' },
  drain: {
    group: 'how',
    takes: 'DURATION',
    sets: ['run', 'drain'],
    help: 'time for what waits when clsync is told to end; default 30s',
  },
  'pause-file': { group: 'how', takes: 'FILE', sets: ['pauseFile'], help: 'send nothing while FILE exists' },
  retries: {
    group: 'how',
    short: 'r',
    takes: 'N',
    sets: ['retry', 'attempts'],
    help: 'give up when something has failed so often; 0, the default: never',
  },
  timeout: { group: 'how', takes: 'DURATION', sets: ['timeout'], help: 'abort and retry a batch that takes longer; default 10m' },
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
  'min-interval': {
    group: 'how',
    takes: 'DURATION',
    sets: ['schedule', 'minInterval'],
    help: 'time between the starts of two rounds of what is due, at least',
  },
  'big-file': {
    group: 'how',
    takes: 'SIZE',
    sets: ['schedule', 'bigFile', 'threshold'],
    help: 'files above it wait for --big-file-delay; off: none does',
  },
  'big-file-delay': {
    group: 'how',
    takes: 'DURATION',
    sets: ['schedule', 'bigFile', 'delay'],
    help: 'collect changes of big files for this long',
  },
  monitor: { group: 'how', takes: 'NAME', sets: ['monitor'], help: 'auto, inotify, fanotify, parcel or poll' },
  extraneous: {
    group: 'how',
    takes: 'CHOICE',
    sets: ['extraneous'],
    help: 'what the target has and the source lacks at first contact: keep or delete',
  },
  trash: { group: 'how', takes: 'DIR', help: 'mirror: keep what is deleted or replaced at the target in DIR' },

  'pid-file': {
    group: 'output',
    takes: 'FILE',
    short: 'z',
    sets: ['run', 'pidFile'],
    help: 'write the number of the process to FILE',
  },
  'status-file': {
    group: 'output',
    takes: 'FILE',
    sets: ['run', 'statusFile'],
    help: 'write how things stand to FILE, in a word of the C clsync',
  },
  background: {
    group: 'output',
    short: 'b',
    sets: ['run', 'background'],
    help: 'leave the terminal as soon as the tasks have begun',
  },
  'log-to': { group: 'output', takes: 'WHERE', sets: ['run', 'logTo'], help: 'stdout, stderr, syslog or journal' },
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
