import { parseArgs } from 'node:util'
import { FLAGS, type Flag, type FlagName, type Given, type GivenFlags } from '../config/flag.ts'
import { CLSYNC_OPTIONS } from '../import/clsync-option.ts'
import type { GivenOption } from '../import/clsync-translation.ts'
import { nearestName } from '../load/nearest.ts'
import { ClsyncError } from '../model/error.ts'
import { foreignParserOptions, isForeign, withForeign, withoutDigits } from './foreign.ts'

export interface Arguments {
  readonly source: string | undefined
  readonly destination: string | undefined
  readonly flags: GivenFlags
  /** What others of them ask for unless it is said anywhere. */
  readonly implied: GivenFlags
}

/** Reads the words after `clsync`. Throws `CLI_USAGE`. */
export function parseArguments(argv: readonly string[]): Arguments {
  // Not strict, because the parser's own messages do not say what to do.
  const { tokens } = parseArgs({
    args: withoutDigits(argv),
    options: parserOptions(),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const flags: { [Name in FlagName]?: Given } = {}
  const positionals: string[] = []
  const words: string[] = []
  const foreign: GivenOption[] = []
  let isAfterEnd = false
  for (const token of tokens) {
    if (token.kind === 'option-terminator') isAfterEnd = true
    else if (token.kind === 'positional') (isAfterEnd ? words : positionals).push(token.value)
    else if (isForeign(token.name)) foreign.push({ name: token.name, value: foreignValue(token) })
    else addFlag(flags, token)
  }
  const given = withForeign({ flags, positionals, words, foreign })
  refuseContradictions(given.flags)
  const [source, destination, ...rest] = given.places
  if (rest.length > 0) throw tooMany(given.places.filter((place) => place !== undefined))
  return { source, destination, flags: given.flags, implied: given.implied }
}

function parserOptions() {
  const own = Object.entries<Flag>(FLAGS).map(([name, flag]) => [name, parserOption(flag)] as const)
  return { ...foreignParserOptions(), ...Object.fromEntries(own) }
}

/** A switch of the C clsync may be given a value, which is on or off. */
function foreignValue(token: OptionToken): string | true {
  const { takes } = CLSYNC_OPTIONS[token.name as keyof typeof CLSYNC_OPTIONS] as { readonly takes?: string } // known to be one
  if (takes === undefined) return token.value ?? true
  return needsValue(token, takes.toUpperCase())
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function parserOption({ takes, short }: Flag) {
  return {
    type: takes === undefined ? ('boolean' as const) : ('string' as const),
    multiple: true,
    ...(short !== undefined && { short }),
  }
}

function addFlag(flags: { [Name in FlagName]?: Given }, token: OptionToken): void {
  const { name, rawName, value } = token
  if (!isFlagName(name)) throw unknownFlag(rawName)
  const flag: Flag = FLAGS[name]
  const origin = `--${name}`
  if (flag.takes === undefined) {
    if (value !== undefined && !/^[01]$/u.test(value))
      throw usage(`${origin} takes no value, got "${value}".`, `Write ${origin} alone, or leave it out.`)
    flags[name] = { value: value !== '0', origin }
    return
  }
  const text = needsValue(token, flag.takes)
  if (name === 'profile' && rawName === '-p' && THREADING.has(text)) throw noThreading(text)
  const before = flags[name]?.value
  flags[name] = { value: flag.many ? [...(Array.isArray(before) ? (before as string[]) : []), text] : text, origin } // lists hold text only
}

function needsValue({ name, value, inlineValue }: OptionToken, takes: string): string {
  const origin = `--${name}`
  if (value === undefined || value === '') throw usage(`${origin} needs a value.`, `Write ${origin} ${takes}.`)
  if (inlineValue || !/^-./u.test(value)) return value
  throw usage(
    `${origin} needs a value, but "${value}" follows it.`,
    `Write ${origin} ${takes}, or ${origin}=${value} if that is the value.`,
  )
}

/** What `-p` takes in the C clsync. */
const THREADING: ReadonlySet<string> = new Set(['off', 'safe', 'full'])

function noThreading(given: string): ClsyncError {
  return usage(
    `-p names a profile here, and "${given}" is what the C clsync takes for its threading.`,
    `Leave it out: changes are taken in while a handler runs in any case. A profile of that name is chosen with --profile ${given}.`,
  )
}

function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name)
}

function refuseContradictions(flags: GivenFlags): void {
  for (const [one, other] of CONTRADICTIONS) {
    if (flags[one] && flags[other]) throw usage(`--${one} and --${other} contradict each other.`, 'Give one of them.')
  }
}

const CONTRADICTIONS: readonly (readonly [FlagName, FlagName])[] = [
  ['verbose', 'quiet'],
  ['once', 'until-idle'],
]

function unknownFlag(rawName: string): ClsyncError {
  const near = nearestName(rawName.replace(/^-+/u, ''), [...Object.keys(FLAGS), ...Object.keys(CLSYNC_OPTIONS)])
  const fix = near === undefined ? 'clsync --help lists them all.' : `Did you mean --${near}?`
  return usage(`There is no option ${rawName}.`, fix)
}

function tooMany(positionals: readonly string[]): ClsyncError {
  const list = positionals.map((word) => JSON.stringify(word)).join(' ')
  return usage(
    `Expected a source and a destination, got ${positionals.length} words: ${list}.`,
    'Put quotes around a path with spaces. Several targets need a config file.',
  )
}

function usage(message: string, fix: string): ClsyncError {
  return new ClsyncError('CLI_USAGE', { message, fix })
}
