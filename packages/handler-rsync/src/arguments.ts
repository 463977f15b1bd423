import { type Destination, rsyncDestination } from './destination.ts'
import { keepsBackups, type RsyncOptions } from './options.ts'
import { isOlder } from './version.ts'

/** What a run of rsync is for. */
export type Purpose =
  /** Bring the listed paths whatever size and time say: they are known to differ. */
  | 'bring'
  /** Bring those of the listed paths that differ in size or time, and attributes. */
  | 'compare'
  /** Bring those of the listed paths whose content differs. */
  | 'verify'
  /** Delete the listed paths; the source is an empty directory. */
  | 'delete'
  /** The same for receivers that do not know how to: a skeleton of a source, and rules instead of a list. */
  | 'filter'
  /** Tell what the target holds. */
  | 'list'
  /** Tell what the target holds in the listed directories that may be a temporary file; the source is an empty directory. */
  | 'look'

export interface Command {
  readonly purpose: Purpose
  readonly options: RsyncOptions
  readonly destination: Destination
  /** Absolute; for `list` what is to be listed, below the destination. */
  readonly source: string
  /** Of the rsync here. */
  readonly version: string
  /** The ssh command as rsync splits it, for ssh only. */
  readonly rsh?: string
}

/** The arguments of one run. The list of paths comes on stdin, each ended by a NUL. */
export function rsyncArguments({ purpose, options, destination, source, version, rsh }: Command): string[] {
  const remote = remoteArguments(options, destination, rsh)
  const timeout = `--timeout=${Math.max(1, Math.ceil(options.stallSeconds))}`
  const to = rsyncDestination(destination)
  if (purpose === 'list')
    return [...(source === '' ? ['--recursive'] : []), '--list-only', timeout, ...remote, '--', `${to}${source}`]
  if (purpose === 'filter')
    return [...filterArguments(options), timeout, ...remote, ...options.extraArguments, '--', `${source}/`, to]
  if (purpose === 'look') {
    // It takes names of thousands of bytes for others than it has asked for. Nothing is written.
    const trust = isOlder(version, '3.2.5') ? [] : ['--trust-sender']
    // Implied directories would show links as what they lead to.
    const rules = ['--no-implied-dirs', '--include=.*.*', '--include=*/', '--exclude=*']
    return [...LIST, '--list-only', ...trust, ...rules, timeout, ...remote, '--', to, `${source}/`]
  }
  const what = purpose === 'delete' ? deleteArguments(options) : bringArguments(purpose, options)
  return [...LIST, ...what, timeout, ...remote, ...options.extraArguments, '--', `${withoutSlash(source)}/`, to]
}

/** As a person would type it. */
export function commandText(command: string, args: readonly string[]): string {
  return [command, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ')
}

function bringArguments(purpose: 'bring' | 'compare' | 'verify', options: RsyncOptions): string[] {
  const args = ['--links', '--times', '--modify-window=-1', '--info=progress2']
  if (purpose === 'bring') args.push('--ignore-times')
  if (purpose === 'verify' || (purpose === 'compare' && options.checksum)) args.push('--checksum')
  // A file or an empty directory that is in the way goes without being asked; a full one stays.
  for (const [name, flag] of FLAGS) if (options[name]) args.push(flag)
  for (const [name, flag] of VALUES) if (options[name] !== undefined) args.push(`${flag}=${options[name]}`)
  if (options.compress === true) args.push('--compress')
  else if (options.compress !== false) args.push(`--compress-choice=${options.compress}`)
  return [...args, ...backupArguments(options)]
}

function deleteArguments(options: RsyncOptions): string[] {
  return ['--delete-missing-args', ...backupArguments(options)]
}

/** Makes and changes nothing (`--existing`, `--ignore-existing`), so it only deletes. */
function filterArguments(options: RsyncOptions): string[] {
  const rules = ['--from0', '--include-from=-', '--exclude=*']
  return ['--recursive', '--delete', '--existing', '--ignore-existing', ...rules, ...backupArguments(options)]
}

function backupArguments(options: RsyncOptions): string[] {
  if (!keepsBackups(options)) return []
  const { backupDir, suffix } = options
  return [
    '--backup',
    ...(backupDir === undefined ? [] : [`--backup-dir=${backupDir}`]),
    ...(suffix === undefined ? [] : [`--suffix=${suffix}`]),
  ]
}

function remoteArguments(options: RsyncOptions, destination: Destination, rsh: string | undefined): string[] {
  if (destination.kind === 'local') return []
  const args = ['--protect-args']
  if (options.remoteRsyncPath !== undefined) args.push(`--rsync-path=${options.remoteRsyncPath}`)
  if (destination.kind === 'ssh') {
    if (rsh !== undefined) args.push(`--rsh=${rsh}`)
    return args
  }
  // Without it each exchange waits for a delayed acknowledgement, 40 ms and more.
  args.push('--sockopts=TCP_NODELAY')
  if (options.passwordFile !== undefined) args.push(`--password-file=${options.passwordFile}`)
  return args
}

function withoutSlash(path: string): string {
  return path === '/' ? '' : path
}

const LIST = ['--from0', '--files-from=-', '--dirs']

const FLAGS = [
  ['permissions', '--perms'],
  ['owner', '--owner'],
  ['group', '--group'],
  ['numericIds', '--numeric-ids'],
  ['hardLinks', '--hard-links'],
  ['acls', '--acls'],
  ['xattrs', '--xattrs'],
  ['sparse', '--sparse'],
  ['inplace', '--inplace'],
  ['append', '--append-verify'],
] as const

const VALUES = [
  ['chmod', '--chmod'],
  ['chown', '--chown'],
  ['bwlimit', '--bwlimit'],
  ['partialDir', '--partial-dir'],
  ['tempDir', '--temp-dir'],
] as const
