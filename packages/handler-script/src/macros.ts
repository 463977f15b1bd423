/** Values by the name of their macro. A list takes the place of a whole argument. */
export type Values = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The words of a template with their macros replaced: `%name%` by its value, `%%` by `%`. A word that is a macro with a list as its value
 * becomes as many words. Values are never read again, whatever stands in them.
 */
export function expand(words: readonly string[], values: Values): string[] {
  return words.flatMap((word) => {
    const whole = WHOLE.exec(word)?.[1]
    const list = whole === undefined ? undefined : valueOf(values, whole)
    return Array.isArray(list) ? (list as string[]) : [expandText(word, values)]
  })
}

/** As {@link expand}, for a text that stands by itself. */
export function expandText(text: string, values: Values): string {
  return text.replaceAll(MACRO, (macro, name: string) => {
    if (name === '') return '%'
    const value = valueOf(values, name)
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : macro
  })
}

/** The macros that stand in a template, by the names that they are documented under. */
export function macrosIn(words: readonly string[]): string[] {
  return words
    .flatMap((word) => Array.from(word.matchAll(MACRO), ([, name = '']) => name).filter((name) => name !== ''))
    .map((name) => ALIASES[name] ?? name)
}

/** What the C clsync calls them. */
const ALIASES: Readonly<Record<string, string>> = {
  'watch-dir': 'root',
  'destination-dir': 'destination',
  'INCLUDE-LIST': 'paths',
  'INCLUDE-LIST-PATH': 'list',
  'EXCLUDE-LIST-PATH': 'exclude-list',
  'EVENT-MASK': 'mask',
  TYPE: 'sync-type',
  PID: 'pid',
  'RSYNC-ARGS': 'rsync-args',
}

function valueOf(values: Values, name: string): string | readonly string[] | undefined {
  return Object.hasOwn(values, name) ? values[name] : values[ALIASES[name] ?? name]
}

// A percent sign with no other after it in a word of these letters stands for itself.
const MACRO = /%([\w-]*)%/gu
const WHOLE = /^%([\w-]+)%$/u
