import { parseArgs } from 'node:util'
import { FLAGS, type Flag, type FlagName, type Given, type GivenFlags } from '../config/flag.ts'
import { nearestName } from '../load/nearest.ts'
import { ClsyncError } from '../model/error.ts'

export interface Arguments {
  readonly source: string | undefined
  readonly destination: string | undefined
  readonly flags: GivenFlags
}

/** Reads the words after `clsync`. Throws `CLI_USAGE`. */
export function parseArguments(argv: readonly string[]): Arguments {
  const options = Object.fromEntries(Object.entries<Flag>(FLAGS).map(([name, flag]) => [name, parserOption(flag)]))
  // Not strict, because the parser's own messages do not say what to do.
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true })
  const flags: { [Name in FlagName]?: Given } = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') addFlag(flags, token)
  }
  refuseContradictions(flags)
  if (positionals.length > 2) throw tooMany(positionals)
  return { source: positionals[0], destination: positionals[1], flags }
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

function addFlag(flags: { [Name in FlagName]?: Given }, { name, rawName, value, inlineValue }: OptionToken): void {
  if (!isFlagName(name)) throw unknownFlag(rawName)
  const flag: Flag = FLAGS[name]
  const origin = `--${name}`
  if (flag.takes === undefined) {
    if (value !== undefined) throw usage(`${origin} takes no value, got "${value}".`, `Write ${origin} alone, or leave it out.`)
    flags[name] = { value: true, origin }
    return
  }
  if (value === undefined || value === '') throw usage(`${origin} needs a value.`, `Write ${origin} ${flag.takes}.`)
  if (!inlineValue && /^-./u.test(value)) {
    throw usage(
      `${origin} needs a value, but "${value}" follows it.`,
      `Write ${origin} ${flag.takes}, or ${origin}=${value} if that is the value.`,
    )
  }
  const before = flags[name]?.value
  flags[name] = { value: flag.many ? [...(Array.isArray(before) ? (before as string[]) : []), value] : value, origin } // lists hold text only
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
  const near = nearestName(rawName.replace(/^-+/u, ''), Object.keys(FLAGS))
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
