import type { ImportedTask, Setting } from './config-text.ts'
import { isCode, isTable, type LuaStatement, type LuaValue } from './lua.ts'
import { listOf, rsyncOptions } from './rsync-keys.ts'
import { fromRsyncFilters, fromRsyncPattern } from './rsync-pattern.ts'

/** Reads a file that the config names; `undefined`: it cannot be read. */
export type ReadText = (file: string) => string | undefined

interface ImportedSync {
  readonly task: ImportedTask | undefined
  readonly lost: readonly string[]
}

const KINDS: Readonly<Record<string, 'rsync' | 'rsyncssh' | 'direct'>> = {
  'default.rsync': 'rsync',
  'default.rsyncssh': 'rsyncssh',
  'default.direct': 'direct',
}

/** What one `sync { … }` becomes. */
export function importSync({ table, line }: LuaStatement, name: string, readText: ReadText): ImportedSync {
  const place = `sync in line ${line}`
  const [mode] = table.list
  const kind = isCode(mode) ? KINDS[mode.text] : undefined
  if (kind === undefined) {
    const what = isCode(mode) ? mode.text : 'a function'
    return {
      task: undefined,
      lost: [`${place}: ${what} is code in Lua; write a handler (docs/handlers.md) or use handler-script.`],
    }
  }
  const lost: string[] = []
  const text = (key: string): string | undefined => {
    const value = table.fields.get(key)
    if (typeof value === 'string') return value
    lost.push(`${place}: ${key} is ${value === undefined ? 'not there' : 'worked out by Lua'}; name it below.`)
    return undefined
  }
  const source = text('source') ?? './'
  const destination =
    (kind === 'rsyncssh' ? `${text('host') ?? 'host'}:${text('targetdir') ?? 'path'}` : text('target')) ?? './target'
  const settings: Setting[] = [{ path: ['source'], value: source, from: 'source' }, ...delayOf(table.fields.get('delay'), kind)]
  const options: Record<string, unknown> = { destination }
  if (table.fields.get('init') === false) settings.push({ path: ['initial'], value: 'skip', from: 'init = false' })
  const rules = rulesOf(table.fields, place, lost, readText)
  if (rules.length > 0) settings.push({ path: ['rules'], value: rules, from: 'exclude, filter' })
  if (kind !== 'direct') Object.assign(options, targetOptions(table.fields, place, lost, settings))
  else if (table.fields.get('delete') !== undefined && table.fields.get('delete') !== true)
    lost.push(`${place}: delete: what the source has lost is deleted by the mirror; use handler-rsync to keep it.`)
  for (const key of table.fields.keys())
    if (!KNOWN.has(key)) lost.push(`${place}: ${key}: ${FATE[key] ?? 'it has no counterpart.'}`)
  const handler = kind === 'direct' ? undefined : '@clsync/handler-rsync'
  return { task: { name, settings, targets: { [targetName(destination)]: { handler, options } } }, lost }
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['source', 'target', 'host', 'targetdir', 'delay', 'init', 'exclude', 'excludeFrom', 'filter', 'filterFrom'],
  ...['delete', 'rsync', 'ssh', 'maxDelays'],
])

const FATE: Readonly<Record<string, string>> = {
  maxProcesses: 'one run at a time for each target; targets do not wait for each other.',
  tunnel: 'set the connection up with ssh (`ssh.options`, `ssh.jumpHost`), or start the tunnel as a service.',
  crontab: 'what was missed is found by the scrub (`scrubInterval`), and what failed is tried again.',
  batchSizeLimit: 'big files wait for themselves with `schedule.bigFile`.',
  onMove: 'renames are done at the target in any case.',
}

/** lsyncd waits 15 s, with direct 1 s. */
function delayOf(given: LuaValue, kind: string): Setting[] {
  const seconds = typeof given === 'number' ? given : kind === 'direct' ? 1 : 15
  const from = typeof given === 'number' ? 'delay' : "lsyncd's default; 50ms is the one here"
  return [{ path: ['schedule', 'delay'], value: `${seconds}s`, from }]
}

function rulesOf(fields: ReadonlyMap<string, LuaValue>, place: string, lost: string[], readText: ReadText): unknown[] {
  const fromFile = (key: string): string[] =>
    listOf(fields.get(key)).flatMap((file) => {
      const text = readText(file)
      if (text === undefined) lost.push(`${place}: ${key}: ${file} cannot be read; put its patterns into \`rules\`.`)
      return text?.split('\n') ?? []
    })
  const filters = fromRsyncFilters([
    ...listOf(fields.get('filter')),
    ...fromFile('filterFrom').filter((line) => line.trim() !== ''),
  ])
  if (filters.includes(undefined)) lost.push(`${place}: filter: only lines that begin with + or - are carried over.`)
  const excludes = [...listOf(fields.get('exclude')), ...fromFile('excludeFrom')].flatMap(
    (given) => fromRsyncPattern(given) ?? [],
  )
  const kept = filters.flatMap((filter) => filter ?? [])
  return [
    ...kept.map(({ include, exclude }) => (include === undefined ? { exclude } : { include })),
    // Excludes go before filters there, and the last rule decides here.
    ...(excludes.length === 0 ? [] : [{ exclude: excludes }]),
  ]
}

const DELETES: ReadonlyMap<LuaValue, string> = new Map<LuaValue, string>([
  [false, 'never'],
  ['startup', 'startup'],
  ['running', 'running'],
])

function targetOptions(
  fields: ReadonlyMap<string, LuaValue>,
  place: string,
  lost: string[],
  settings: Setting[],
): Record<string, unknown> {
  const given = fields.get('rsync')
  const { options, oneFileSystem, lost: fromTable } = rsyncOptions(isTable(given) ? given : undefined)
  lost.push(...fromTable.map((line) => `${place}: ${line}`))
  if (oneFileSystem) settings.push({ path: ['oneFileSystem'], value: true, from: 'rsync.one_file_system' })
  const deletes = DELETES.get(fields.get('delete'))
  const ssh = sshOptions(fields.get('ssh'), place, lost)
  return {
    ...options,
    ...(deletes !== undefined && { delete: deletes }),
    ...(ssh !== undefined && { ssh: { ...(options['ssh'] as object | undefined), ...ssh } }),
  }
}

const SSH: Readonly<Record<string, string>> = {
  port: 'port',
  identityFile: 'identityFile',
  binary: 'command',
  options: 'options',
}

function sshOptions(given: LuaValue, place: string, lost: string[]): Record<string, unknown> | undefined {
  if (!isTable(given)) return undefined
  const options: Record<string, unknown> = {}
  for (const [key, value] of given.fields) {
    const name = SSH[key]
    if (name === undefined || value === undefined || isCode(value))
      lost.push(`${place}: ssh.${key}: see the option \`ssh\` of handler-rsync.`)
    else if (isTable(value))
      options[name] = Object.fromEntries(
        [...value.fields].map(([option, set]) => [option, typeof set === 'object' ? '' : String(set)]),
      )
    else options[name] = value
  }
  return options
}

function targetName(destination: string): string {
  const host = /^(?:[\w.-]+@)?([\w.-]+):/u.exec(destination)?.[1]
  return host ?? destination.split('/').findLast((part) => /\w/u.test(part)) ?? 'target'
}
