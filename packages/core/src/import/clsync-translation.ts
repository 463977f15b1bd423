import type { FlagName } from '../config/flag.ts'
import { clsyncOption } from './clsync-option.ts'
import { type HandlerParts, handlerOf, type Remark } from './clsync-handler.ts'

/** An option of the C clsync as it was given. */
export interface GivenOption {
  readonly name: string
  /** `true`: a switch that is on. */
  readonly value: string | true
}

export interface Translation {
  readonly source: string | undefined
  readonly destination: string | undefined
  /** Package name; `undefined`: the embedded mirror. */
  readonly handler: string | undefined
  readonly handlerOptions: Readonly<Record<string, unknown>>
  readonly flags: readonly { readonly name: FlagName; readonly value: string | true; readonly from: string }[]
  /** What has no counterpart, or is wrong. */
  readonly refused: readonly Remark[]
  /** What is needed no more. */
  readonly needless: readonly Remark[]
}

/** What options of the C clsync mean here. `words`: the handler's arguments, which follow `--`. */
export function translate(given: readonly GivenOption[], words: readonly string[]): Translation {
  const flags: Translation['flags'][number][] = []
  const refused: Remark[] = []
  const needless: Remark[] = []
  const parts: { -readonly [Key in keyof HandlerParts]: HandlerParts[Key] } = { words }
  let source: string | undefined
  for (const { name, value } of given) {
    const option = clsyncOption(name)
    if (option === undefined) refused.push({ name, why: 'there is no such option.' })
    else if (option.refused !== undefined) refused.push({ name, why: option.refused })
    else if (option.needless !== undefined) needless.push({ name, why: option.needless })
    else if (option.part === 'source') source = String(value)
    else if (option.part !== undefined) parts[option.part] = String(value)
    else if (option.flag !== undefined) {
      const found = flagValue(name, option.takes, value, labelOf(given))
      if (found.why !== undefined) refused.push({ name, why: found.why })
      else if (found.value !== undefined) flags.push({ name: option.flag, value: option.as ?? found.value, from: name })
    }
  }
  const made = handlerOf({ ...parts, label: labelOf(given) })
  refused.push(...made.refused)
  needless.push(...made.needless)
  const { handler, handlerOptions, destination } = made
  return { source, destination, handler, handlerOptions, flags, refused, needless }
}

function labelOf(given: readonly GivenOption[]): string {
  const label = given.findLast(({ name }) => name === 'label')?.value
  return typeof label === 'string' ? label : 'nolabel'
}

/** The value as the flag here takes it; neither a value nor a reason: as if it had not been given. */
function flagValue(
  name: string,
  takes: string | undefined,
  given: string | true,
  label: string,
): { readonly value?: string | true; readonly why?: string } {
  if (given === true) return { value: true }
  if (takes === undefined) return isOff(given) ? {} : { value: true }
  if (takes !== 'text') return numberValue(name, takes, given)
  // An empty value, or 0, takes back what was said before.
  if (given === '') return {}
  if (name === 'monitor') return { value: given === 'inotify' || given === 'gio' ? 'inotify' : 'auto' }
  if (name === 'output' && !['stdout', 'stderr', 'syslog'].includes(given))
    return { why: `"${given}" is none of stdout, stderr and syslog.` }
  if (name.endsWith('exit-hook')) return { value: `${quoted(given)} ${quoted(label)}` }
  return { value: given }
}

function isOff(value: string): boolean {
  return ['', '0', 'no', 'off', 'false'].includes(value.toLowerCase())
}

function numberValue(name: string, takes: string, given: string): { readonly value?: string; readonly why?: string } {
  const text = given.trim()
  if (/^0\d/u.test(text))
    return { why: `"${given}" begins with 0, which the C clsync took for an octal number: write it without.` }
  if (!/^(?:\d+|0x[\da-f]+)$/iu.test(text))
    return { why: `"${given}" is no whole number${takes === 'seconds' ? ' of seconds' : ''}.` }
  const number = Number(text)
  if (takes === 'seconds') return { value: `${number}s` }
  if (name === 'threshold-bigfile') return { value: number === 0 ? 'off' : String(number) }
  if (name === 'max-iterations' && number === 0) return {}
  return { value: String(number) }
}

/** One word for the shell. */
function quoted(word: string): string {
  return /^[\w./:@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
