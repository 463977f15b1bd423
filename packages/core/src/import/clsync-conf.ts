import { FLAGS, type Flag } from '../config/flag.ts'
import { ClsyncError } from '../model/error.ts'
import { type GivenOption, translate, type Translation } from './clsync-translation.ts'
import { clsyncOption } from './clsync-option.ts'
import type { Import, Setting } from './config-text.ts'
import { type KeyFile, parseKeyFile } from './key-file.ts'
import { splitWords } from './words.ts'

/** Makes a config of one block of a `clsync.conf` and what it inherits. Throws `IMPORT_INVALID`. */
export function importClsyncConf(text: string, file: string, block: string | undefined): Import {
  const blocks = parseKeyFile(text, file)
  const name = block ?? (blocks.has('default') || blocks.size !== 1 ? 'default' : [...blocks.keys()][0]!)
  const options = withMacros(inherited(blocks, name, file))
  const words = splitWords(options.get('--') ?? '')
  const given = [...options].filter(([key]) => !OWN_KEYS.has(key)).map(([key, value]) => optionOf(key, value))
  const made = translate(
    given.filter((option) => option !== undefined),
    words,
  )
  const others = [...blocks.keys()].filter((one) => one !== name)
  const lost = made.refused.map((remark) => `${remark.name}: ${remark.why}`)
  if (made.source === undefined) lost.unshift('watch-dir: it is not there; name the source below.')
  return {
    title: `block "${name}" of ${file}`,
    settings: settingsOf(made),
    tasks: [{ name, settings: [{ path: ['source'], value: made.source ?? './', from: 'watch-dir' }], targets: targetsOf(made) }],
    lost: [...lost, ...verbosity(options)],
    needless: [
      ...made.needless.map((remark) => `${remark.name}: ${remark.why}`),
      ...others.map((one) => `block "${one}": import it by itself with --block ${one}.`),
    ],
  }
}

/** Those that say how the block is to be read, or how much is told. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  '--',
  'config-block-inherits',
  'config-block',
  'config-file',
  'verbose',
  'quiet',
  'debug',
])

/** The block's keys over those of the blocks that it inherits. */
function inherited(blocks: KeyFile, name: string, file: string): Map<string, string> {
  const chain: string[] = []
  let merged = new Map<string, string>()
  for (let at: string | undefined = name; at !== undefined; at = blocks.get(at)?.get('config-block-inherits')) {
    const block = blocks.get(at)
    if (block === undefined || chain.includes(at)) {
      throw new ClsyncError('IMPORT_INVALID', {
        message: block === undefined ? `There is no block "${at}" in ${file}.` : `Block "${at}" of ${file} inherits itself.`,
        why:
          chain.length > 0 ? `It is inherited by "${chain.at(-1)}".` : `It has ${[...blocks.keys()].join(', ') || 'no blocks'}.`,
        fix: chain.length > 0 ? 'Correct `config-block-inherits`.' : 'Name one of these with --block.',
      })
    }
    chain.push(at)
    merged = new Map([...block, ...merged])
  }
  return merged
}

/** `%label%` and the like in values; the handler's own words are filled in when they are used. */
function withMacros(options: ReadonlyMap<string, string>): Map<string, string> {
  const value = (key: string): string | undefined => options.get(key) ?? (key === 'label' ? 'nolabel' : undefined)
  return new Map(
    [...options].map(([key, text]) => [
      key,
      key === '--'
        ? text
        : text.replaceAll(/%([\w-]+)%/gu, (macro, name: string) => (name === key ? macro : (value(name) ?? macro))),
    ]),
  )
}

/** An empty value, or 0 for a switch, takes an option back. */
function optionOf(name: string, value: string): GivenOption | undefined {
  const option = clsyncOption(name)
  if (value === '') return undefined
  if (option !== undefined && option.takes === undefined)
    return /^(?:0|no|off|false)$/iu.test(value) ? undefined : { name, value: true }
  return { name, value }
}

/** All that the flags would set, over the defaults of the C clsync. */
function settingsOf({ flags }: Translation): Setting[] {
  const preset = {
    path: ['preset'],
    value: 'clsync',
    from: 'its defaults (30 s, 30 s, the end at a failure); without it changes go at once and are retried',
  }
  return [
    preset,
    ...flags.flatMap(({ name, value, from }): Setting[] => {
      const { sets, as } = FLAGS[name] as Flag
      if (sets === undefined) return []
      return [{ path: sets, value: as ?? (name === 'retries' || name === 'max-rounds' ? Number(value) : value), from }]
    }),
  ]
}

function targetsOf({ handler, handlerOptions, destination }: Translation) {
  if (handler === undefined && destination === undefined) return {}
  const name = handler?.replace(/^.*handler-/u, '') ?? 'copy'
  return { [name]: { handler, options: { ...(destination !== undefined && { destination }), ...handlerOptions } } }
}

/** `verbose` is 3 unless it is said, which is what is told here. */
function verbosity(options: ReadonlyMap<string, string>): string[] {
  return ['verbose', 'quiet', 'debug'].flatMap((key) =>
    options.has(key) && options.get(key) !== '0' && !(key === 'verbose' && options.get(key) === '3')
      ? [`${key}: give --${key === 'debug' ? 'verbose' : key} on the command line.`]
      : [],
  )
}
