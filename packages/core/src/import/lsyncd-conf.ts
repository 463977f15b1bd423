import type { Import, ImportedTask, Setting } from './config-text.ts'
import { importSync, type ReadText } from './lsyncd-sync.ts'
import { type LuaStatement, type LuaValue, parseLua } from './lua.ts'

/** Makes a config of the declarative part of an lsyncd config: settings, and syncs with a default mode. Throws `IMPORT_INVALID`. */
export function importLsyncdConf(text: string, file: string, readText: ReadText): Import {
  const { statements, code } = parseLua(text, file)
  const syncs = statements.filter(({ name }) => name === 'sync')
  const names = new Set<string>()
  const imported = syncs.map((statement) => importSync(statement, nameFor(statement, names), readText))
  const tasks = imported.flatMap(({ task }) => task ?? [])
  const all = statements.filter(({ name }) => name === 'settings').flatMap(({ table }) => [...table.fields])
  const told = all.map(([key, value]) => settingOf(key, value))
  const lost = [
    ...told.flatMap((one) => one.lost ?? []),
    ...imported.flatMap((one) => one.lost),
    ...code.map(({ text: words, line }) => `line ${line}: ${words}: code in Lua; write it into this config in TypeScript.`),
    ...statements
      .filter(({ name }) => name !== 'sync' && name !== 'settings')
      .map(({ name, line }) => `line ${line}: ${name} is not known.`),
    ...(tasks.length === 0 ? ['there is no sync in it that can be carried over.'] : []),
  ]
  return {
    title: file,
    settings: told.flatMap((one) => one.setting ?? []),
    tasks: tasks.length === 0 ? [PLACEHOLDER] : tasks,
    lost,
    needless: told.flatMap((one) => one.needless ?? []),
  }
}

const PLACEHOLDER: ImportedTask = { name: 'task', settings: [{ path: ['source'], value: './' }], targets: {} }

/** After the last part of its source; with a number where that is taken. */
function nameFor({ table }: LuaStatement, taken: Set<string>): string {
  const source = table.fields.get('source')
  const base = (typeof source === 'string' ? source.split('/').findLast((part) => part !== '') : undefined) ?? 'task'
  let name = base
  for (let number = 2; taken.has(name); number++) name = `${base}-${number}`
  taken.add(name)
  return name
}

interface Told {
  readonly setting?: Setting
  readonly lost?: string
  readonly needless?: string
}

function settingOf(key: string, value: LuaValue): Told {
  const from = `settings.${key}`
  switch (key) {
    case 'pidfile':
      return typeof value === 'string' ? { setting: { path: ['run', 'pidFile'], value, from } } : {}
    case 'logfacility':
    case 'logident':
      return { setting: { path: ['run', 'logTo'], value: 'syslog', from } }
    case 'onepass':
      return value === true ? { setting: { path: ['run', 'mode'], value: 'once', from } } : {}
    case 'logfile':
    case 'logFile':
      return { lost: `${from}: the log goes to stdout (or \`run.logTo\`); let the service keep it.` }
    case 'statusFile':
    case 'statusInterval':
      return { lost: `${from}: the log says what is done; use --log-format json.` }
    case 'nodaemon':
      return { needless: `${from}: clsync stays in the foreground unless \`run.background\` is set.` }
    case 'insist':
      return { needless: `${from}: a target that is away at the start is tried again in any case.` }
    case 'inotifyMode':
      return { needless: `${from}: what has changed is told by looking, whatever the event.` }
    case 'maxDelays':
      return { needless: `${from}: what waits is kept on disk.` }
    case 'maxProcesses':
      return { needless: `${from}: one run at a time for each target; targets do not wait for each other.` }
    default:
      return { lost: `${from}: it has no counterpart.` }
  }
}
