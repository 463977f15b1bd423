import { isCode, isTable, type LuaTable, type LuaValue } from './lua.ts'

/** What a table `rsync = { … }` of lsyncd becomes. */
export interface RsyncOptions {
  readonly options: Readonly<Record<string, unknown>>
  /** Stay out of other file systems. */
  readonly oneFileSystem: boolean
  readonly lost: readonly string[]
}

/** Keys with an option of their own. */
const NAMES: Readonly<Record<string, string>> = {
  perms: 'permissions',
  owner: 'owner',
  group: 'group',
  acls: 'acls',
  xattrs: 'xattrs',
  hard_links: 'hardLinks',
  numeric_ids: 'numericIds',
  chmod: 'chmod',
  chown: 'chown',
  sparse: 'sparse',
  inplace: 'inplace',
  append: 'append',
  append_verify: 'append',
  checksum: 'checksum',
  compress: 'compress',
  bwlimit: 'bwlimit',
  partial_dir: 'partialDir',
  temp_dir: 'tempDir',
  backup_dir: 'backupDir',
  suffix: 'suffix',
  binary: 'rsyncPath',
  rsync_path: 'remoteRsyncPath',
  password_file: 'passwordFile',
}

/** What clsync's handler does in any case, or has no use for. */
const NEEDLESS: ReadonlySet<string> = new Set([
  ...['links', 'times', 'protect_args', 'recursive', 'dirs', 'verbose', 'quiet', 'progress', 'human_readable', 'archive'],
  ...['whole_file', 'ignore_times', 'partial', 'backup', 'delete', 'one_file_system', 'ignore_errors', 'force'],
])

/** lsyncd's own default is `-lts`: links and times, but neither permissions nor owners. */
export function rsyncOptions(table: LuaTable | undefined): RsyncOptions {
  const fields = table?.fields ?? new Map<string, LuaValue>()
  const isArchive = fields.get('archive') === true
  const options: Record<string, unknown> = { permissions: isArchive, owner: isArchive, group: isArchive }
  const extra: string[] = []
  const lost: string[] = []
  for (const [key, value] of fields) {
    const name = NAMES[key]
    if (value === undefined || isCode(value)) lost.push(`rsync.${key}: it is worked out by Lua.`)
    else if (key === '_extra') extra.push(...listOf(value))
    else if (key === 'rsh') Object.assign(options, sshOf(value, lost))
    else if (key === 'timeout' && typeof value === 'number' && value > 0) options['stallSeconds'] = value
    else if (key === 'dry_run') lost.push('rsync.dry_run: give --dry-run on the command line.')
    else if (name !== undefined) options[name] = typeof value === 'number' ? String(value) : value
    else if (!NEEDLESS.has(key)) extra.push(...flagOf(key, value))
  }
  if (extra.length > 0) options['extraArguments'] = extra
  for (const key of Object.keys(options)) if (options[key] === DEFAULTS[key]) delete options[key]
  return { options, oneFileSystem: fields.get('one_file_system') === true, lost }
}

/** Of handler-rsync: what is equal to them need not be said. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  permissions: true,
  owner: true,
  group: true,
  compress: false,
  sparse: false,
}

/** `prune_empty_dirs = true` → `--prune-empty-dirs`. */
function flagOf(key: string, value: LuaValue): string[] {
  const flag = `--${key.replaceAll('_', '-')}`
  if (value === true) return [flag]
  if (value === false) return []
  return (isTable(value) ? listOf(value) : [String(value as string | number)]).map((one) => `${flag}=${one}`)
}

/** `ssh -p 2222 -i key -o Option=value` becomes options; anything else is told. */
function sshOf(value: LuaValue, lost: string[]): Record<string, unknown> {
  const words = typeof value === 'string' ? value.trim().split(/\s+/u) : []
  const [program, ...rest] = words
  const ssh: Record<string, unknown> = {}
  const options: Record<string, string> = {}
  while (rest.length >= 2) {
    const [flag, given] = rest.splice(0, 2) as [string, string]
    if (flag === '-p' && /^\d+$/u.test(given)) ssh['port'] = Number(given)
    else if (flag === '-i') ssh['identityFile'] = given
    else if (flag === '-l') ssh['user'] = given
    else if (flag === '-J') ssh['jumpHost'] = given
    else if (flag === '-F') ssh['configFile'] = given
    else if (flag === '-o' && given.includes('='))
      options[given.slice(0, given.indexOf('='))] = given.slice(given.indexOf('=') + 1)
    else rest.push('', '', '') // not understood
    if (rest.includes('')) break
  }
  if (program === undefined || !/(?:^|\/)ssh$/u.test(program) || rest.length > 0) {
    lost.push(
      `rsync.rsh: "${typeof value === 'string' ? value : 'a list'}" is not understood; see the option \`ssh\` of handler-rsync.`,
    )
    return {}
  }
  if (program !== 'ssh') ssh['command'] = program
  if (Object.keys(options).length > 0) ssh['options'] = options
  return Object.keys(ssh).length === 0 ? {} : { ssh }
}

/** A text, or the texts of a list. */
export function listOf(value: LuaValue): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return isTable(value)
    ? value.list.flatMap((one) => (typeof one === 'string' || typeof one === 'number' ? [String(one)] : []))
    : []
}
