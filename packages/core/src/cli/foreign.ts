import path from 'node:path'
import { FLAGS, type FlagName, type Given, type GivenFlags } from '../config/flag.ts'
import { CLSYNC_OPTIONS, clsyncOption, type ClsyncOption } from '../import/clsync-option.ts'
import { type GivenOption, translate } from '../import/clsync-translation.ts'
import { PRESETS } from '../config/presets.ts'
import { ClsyncError } from '../model/error.ts'

/** How the command line's parser is told of the options of the C clsync that have no namesake here. */
export function foreignParserOptions() {
  const foreign = Object.entries<ClsyncOption>(CLSYNC_OPTIONS).filter(([name]) => !Object.hasOwn(FLAGS, name))
  return Object.fromEntries(
    foreign.map(([name, { short, takes }]) => [
      name,
      { type: takes === undefined ? ('boolean' as const) : ('string' as const), multiple: true, ...(short && { short }) },
    ]),
  )
}

export function isForeign(name: string): boolean {
  return !Object.hasOwn(FLAGS, name) && clsyncOption(name) !== undefined
}

/** Takes the digit from switches of the C clsync (`-b1`); with 0 they are off, as without them. */
export function withoutDigits(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const read = own.flatMap((word) => {
    const match = /^-([bdvqFXU])(\d+)$/u.exec(word)
    if (match === null) return [word]
    return Number(match[2]) === 0 ? [] : [`-${match[1]}`]
  })
  return end < 0 ? read : [...read, ...argv.slice(end)]
}

/** What was read of a command line. */
export interface Words {
  readonly flags: GivenFlags
  readonly positionals: readonly string[]
  /** After `--`. */
  readonly words: readonly string[]
  readonly foreign: readonly GivenOption[]
}

/** Puts in what the options of the C clsync mean. Throws `CLI_USAGE` for those that have no counterpart, with what replaces them. */
export function withForeign({ flags, positionals, words, foreign }: Words): {
  readonly flags: GivenFlags
  readonly implied: GivenFlags
  readonly places: readonly [source: string | undefined, destination: string | undefined, ...rest: string[]]
} {
  const namesHandler = foreign.some(({ name }) => name === 'mode' || name === 'sync-handler')
  const free = [...positionals]
  // After `--` a handler's own words follow, or places whose names look like options.
  const command = !namesHandler && flags.handler !== undefined && words.length > 0
  if (!namesHandler && !command) free.push(...words)
  const all = [...foreign, ...labelOf(flags)]
  const made = translate(all, namesHandler ? words : [])
  const [wrong] = made.refused
  if (wrong !== undefined) throw refusal(wrong.name, wrong.why)
  const given: { [Name in FlagName]?: Given } = { ...flags }
  for (const { name, value, from } of made.flags) {
    given[name] = { value: 'many' in FLAGS[name] ? [String(value)] : value, origin: `--${from}` }
  }
  const pairs = Object.entries(command ? { command: words } : withAbsoluteProgram(made.handlerOptions))
  if (made.handler !== undefined) given.handler = { value: made.handler, origin: '--mode' }
  if (pairs.length > 0) {
    const before = Array.isArray(flags.option?.value) ? (flags.option.value as readonly string[]) : [] // lists hold text only
    const texts = pairs.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    given.option = { value: [...texts, ...before], origin: flags.option?.origin ?? '--mode' }
  }
  const source = made.source ?? free.shift()
  // Its handlers may be silent for longer than others here.
  const implied = namesHandler ? { timeout: { value: PRESETS.clsync.timeout, origin: '--mode' } } : {}
  return { flags: given, implied, places: [source, made.destination ?? free.shift(), ...free] }
}

/** It goes to the handler as well. */
function labelOf({ label }: GivenFlags): GivenOption[] {
  return typeof label?.value === 'string' ? [{ name: 'label', value: label.value }] : []
}

/** A handler is started in the source: a path from where the command is typed would lead elsewhere there. */
function withAbsoluteProgram(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { command } = options
  if (!Array.isArray(command)) return options
  const absolute = (given: unknown): unknown => {
    const [program, ...rest] = given as readonly string[]
    return [program?.includes('/') ? path.resolve(program) : program, ...rest]
  }
  const initial: unknown = (options['on'] as { readonly initial?: unknown } | undefined)?.initial
  return { ...options, command: absolute(command), ...(initial !== undefined && { on: { initial: absolute(initial) } }) }
}

function refusal(name: string, why: string): ClsyncError {
  const { short } = clsyncOption(name) ?? {}
  return new ClsyncError('CLI_USAGE', {
    message: `--${name}${short === undefined ? '' : ` (-${short})`} of the C clsync cannot be taken over like this.`,
    why: `${why[0]!.toUpperCase()}${why.slice(1)}`,
    fix: 'docs/from-clsync.md says for each option what takes its place.',
  })
}
