import { readFileSync, writeFileSync } from 'node:fs'
import { z } from '../packages/core/src/handler.ts'
import { FLAGS, variableOf, type Flag } from '../packages/core/src/config/flag.ts'
import { CLSYNC_OPTIONS, type ClsyncOption } from '../packages/core/src/import/clsync-option.ts'
import { configSchema } from '../packages/core/src/config/schema.ts'

/**
 * The tables in docs/ that are made from the code, between `<!-- begin NAME -->` and `<!-- end NAME -->`. Run it to write
 * them; docs.test.ts fails when they are out of date.
 */
export const GENERATED = [
  { file: 'docs/config.md', name: 'options', make: optionTable },
  { file: 'docs/cli.md', name: 'flags', make: flagTable },
  { file: 'docs/from-clsync.md', name: 'clsync-options', make: clsyncTable },
] as const

/** `text` with what stands between the markers made anew. */
export function withGenerated(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`The markers ${begin} and ${end} are missing.`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

export const ROOT = new URL('../', import.meta.url)

interface Shape {
  readonly type?: string
  readonly description?: string
  readonly accepts?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
}

function optionTable(): string {
  const shape = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape // its own form
  return table(['Option', 'Takes', 'Default', 'Meaning'], rowsOf(shape, ''))
}

function rowsOf(shape: Shape, above: string): string[][] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, option]) => {
    const place = above + name
    const row = [`\`${place}\``, takes(name, option), DEFAULT_TEXTS[place] ?? '', option.description ?? '']
    return [row, ...(option.type === 'object' && option.properties ? rowsOf(option, `${place}.`) : [])]
  })
}

function takes(name: string, option: Shape): string {
  const known = OBJECTS[name]
  if (known !== undefined) return known
  if (option.accepts !== undefined) return option.accepts.replace(/^an? /u, '').split(' such as')[0] ?? ''
  if (option.enum) return option.enum.map((value) => `\`${value}\``).join(', ')
  return { string: 'text', boolean: '`true`, `false`', object: 'object', array: 'list' }[option.type ?? ''] ?? option.type ?? ''
}

const OBJECTS: Readonly<Record<string, string>> = {
  source: 'path',
  targets: 'targets by name',
  tasks: 'tasks by name',
  profiles: 'configs by name',
  rules: 'list of rules',
  plugins: 'list of plugins',
  stateDir: 'path',
  pauseFile: 'path',
  rulesFile: 'path',
  pidFile: 'path',
  options: 'object',
}

/** How the defaults of config/defaults.ts and state-dir.ts are written; resolve.test.ts checks the values. */
const DEFAULT_TEXTS: Readonly<Record<string, string>> = {
  gitignore: '`false`',
  clsyncignore: '`false`',
  'schedule.delay': "`'50ms'`",
  'schedule.settle': '`0`',
  'schedule.maxWait': "`'1m'`",
  'schedule.minInterval': '`0`',
  'schedule.bigFile': 'off',
  'schedule.bigFile.threshold': "`'128MiB'`",
  'schedule.bigFile.delay': "`'30s'`",
  'retry.min': "`'1s'`",
  'retry.max': "`'5m'`",
  'retry.attempts': '`0`',
  initial: '`diff`',
  fullInitialSync: '`false`',
  oneFileSystem: '`false`',
  excludeMountPoints: '`false`',
  'run.mode': '`live`',
  'run.drain': "`'30s'`",
  'run.background': '`false`',
  'run.logTo': '`stdout`, in the background `syslog`',
  timeout: "`'10m'`",
  monitor: '`auto`',
  pollInterval: "`'5s'`",
  scrubInterval: "`'1h'`",
  maxDelete: '`{ share: 0.5, above: 100 }`',
  extraneous: '`keep`',
  stateDir: '`$XDG_STATE_HOME/clsync`',
}

function flagTable(): string {
  const rows = Object.entries<Flag>(FLAGS).map(([name, { short, takes: value, help, environment }]) => [
    `${short === undefined ? '' : `\`-${short}\`, `}\`--${name}${value === undefined ? '' : ` ${value.replace('|', '\\|')}`}\``,
    environment === false ? '' : `\`${variableOf(name)}\``,
    help,
  ])
  return table(['Option', 'Environment', 'Meaning'], rows)
}

function clsyncTable(): string {
  const rows = Object.entries<ClsyncOption>(CLSYNC_OPTIONS).map(([name, option]) => [
    `${option.short === undefined ? '' : `\`-${option.short}\`, `}\`--${name}\``,
    meaningOf(option),
  ])
  return table(['Option of the C clsync', 'Here'], rows)
}

function meaningOf({ takes, flag, as, part, needless, refused }: ClsyncOption): string {
  if (flag !== undefined) {
    const value = (FLAGS[flag] as Flag).takes
    if (as !== undefined) return `\`--${flag} ${as}\``
    return `\`--${flag}${takes === undefined || value === undefined ? '' : ` ${value}`}\``
  }
  if (part !== undefined) return PARTS[part]
  return needless === undefined ? `refused: ${refused}` : `not needed: ${needless}`
}

const PARTS: Readonly<Record<NonNullable<ClsyncOption['part']>, string>> = {
  source: 'the source',
  destination: 'the destination',
  mode: '`rsyncdirect`: `--handler rsync`; `simple`, `direct`, `shell`, `rsyncshell`: `--handler script -o preset=clsync-MODE`',
  handler: '`-o command=…` of handler-script, `-o rsyncPath=…` of handler-rsync',
  exitCodes: '`-o exitCodes.N=ok` of handler-script; not needed with handler-rsync',
  initial: '`-o on.initial=…` of handler-script',
  simple: "`-o line='%path%'` of handler-script",
  listsDir: '`-o listsDir=…` of handler-script',
  keepLists: '`-o keepLists=true` of handler-script',
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`,
  )
  return lines.join('\n')
}

if (import.meta.main) {
  for (const { file, name, make } of GENERATED) {
    const url = new URL(file, ROOT)
    writeFileSync(url, withGenerated(readFileSync(url, 'utf8'), name, make()))
  }
}
