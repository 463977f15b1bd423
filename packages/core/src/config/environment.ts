import { ClsyncError } from '../model/error.ts'
import { FLAGS, variableOf, type Flag, type FlagName, type Given, type GivenFlags } from './flag.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The flags that the environment gives. An empty variable is as good as none. Throws `CLI_USAGE`. */
export function flagsFromEnvironment(environment: Environment): GivenFlags {
  const given: { [Name in FlagName]?: Given } = {}
  for (const [name, flag] of Object.entries<Flag>(FLAGS)) {
    const origin = variableOf(name)
    const text = environment[origin]
    if (flag.environment === false || text === undefined || text.trim() === '') continue
    given[name as FlagName] = { value: valueOf(flag, text, origin), origin } // the table's own key
  }
  return given
}

function valueOf(flag: Flag, text: string, origin: string): Given['value'] {
  if (flag.many) return text.split('\n').filter((line) => line.trim() !== '')
  if (flag.takes !== undefined) return text
  const value = SWITCH_WORDS[text.trim().toLowerCase()]
  if (value !== undefined) return value
  throw new ClsyncError('CLI_USAGE', {
    message: `${origin} is "${text}", expected 1 or 0.`,
    why: 'It switches something on or off.',
    fix: `Set it to 1, to 0, or unset it.`,
  })
}

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  1: true,
  true: true,
  yes: true,
  on: true,
  0: false,
  false: false,
  no: false,
  off: false,
}
