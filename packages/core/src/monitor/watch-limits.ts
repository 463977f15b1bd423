import fs from 'node:fs'
import type { ErrorText } from '../model/error.ts'

/** What the system allows this user, and who has used it up. */
export interface WatchLimits {
  /** Watches per user; the lower of the system's limit and the user namespace's. */
  readonly maxWatches: SysctlValue
  /** inotify descriptors per user. */
  readonly maxInstances: SysctlValue
  /** Processes of this user that hold watches, in no order. */
  readonly uses: readonly WatchUse[]
  /** Where the limits belong to a host that has to be asked. */
  readonly inContainer: boolean
}

interface SysctlValue {
  /** Name as the `sysctl` command takes it. */
  readonly name: string
  /** `undefined` when the system does not tell. */
  readonly value: number | undefined
}

export interface WatchUse {
  readonly pid: number
  readonly command: string
  readonly watches: number
  /** inotify descriptors. */
  readonly instances: number
}

/** What is known about the need. */
export interface WatchNeed {
  /** Directories that have a watch. */
  readonly held: number
  /** Directories that are to be watched in the end, when known. */
  readonly known?: number
}

/** The message for a directory that cannot be watched because the user's watches are used up. */
export function explainWatchLimit(
  limits: WatchLimits,
  { held, known }: WatchNeed,
): Required<Pick<ErrorText, 'message' | 'why' | 'fix'>> {
  const used = limits.uses.reduce((sum, use) => sum + use.watches, 0)
  const { name, value } = limits.maxWatches
  const target = roomFor(Math.max(used - held, 0) + Math.max(known ?? 0, held + 1))
  return {
    message: `Out of inotify watches: ${count(held, 'directory', 'directories')} ${held === 1 ? 'is' : 'are'} watched${known === undefined ? '' : ` of ${known}`}, and no more are allowed.`,
    why: `${name} is ${value ?? 'unknown'} for all processes of this user together. ${describeUses(limits.uses, (use) => use.watches, 'watch', 'watches')}`,
    fix: raise(name, target, limits.inContainer, 'A watch costs up to about 1 KiB of kernel memory.'),
  }
}

/** The message for an inotify descriptor that cannot be had. */
export function explainInstanceLimit(limits: WatchLimits): Required<Pick<ErrorText, 'message' | 'why' | 'fix'>> {
  const used = limits.uses.reduce((sum, use) => sum + use.instances, 0)
  const { name, value } = limits.maxInstances
  return {
    message: 'inotify cannot be opened: this user has too many inotify instances, or this process too many open files.',
    why: `${name} is ${value ?? 'unknown'} for all processes of this user together. ${describeUses(limits.uses, (use) => use.instances, 'instance', 'instances')}`,
    fix: raise(name, Math.max(1024, powerOfTwo(2 * (used + 1))), limits.inContainer, "For open files see 'ulimit -n'."),
  }
}

/** Reads the limits and what this user's processes hold. Takes some milliseconds; meant for the moment when a limit was hit. */
export function readWatchLimits(proc = '/proc'): WatchLimits {
  return {
    maxWatches: readLimit(proc, 'max_user_watches', 'max_inotify_watches'),
    maxInstances: readLimit(proc, 'max_user_instances', 'max_inotify_instances'),
    uses: readUses(proc),
    inContainer: fs.existsSync('/.dockerenv') || fs.existsSync('/run/.containerenv') || process.env.container !== undefined,
  }
}

function describeUses(uses: readonly WatchUse[], of: (use: WatchUse) => number, one: string, many: string): string {
  const biggest = uses.filter((use) => of(use) > 0).toSorted((a, b) => of(b) - of(a))
  if (biggest.length === 0) return 'Which processes hold them could not be read.'
  const total = biggest.reduce((sum, use) => sum + of(use), 0)
  const named = biggest.slice(0, NAMED_PROCESSES).map((use) => `${use.command} (process ${use.pid}): ${of(use)}`)
  const others = biggest.length - named.length
  if (others > 0) named.push(`${others} more: ${biggest.slice(NAMED_PROCESSES).reduce((sum, use) => sum + of(use), 0)}`)
  return `Seen in use: ${count(total, one, many)}; ${named.join(', ')}.`
}

function raise(name: string, value: number, inContainer: boolean, note: string): string {
  return [
    `Run: sudo sysctl ${name}=${value}`,
    `To keep it after a restart: echo ${name}=${value} | sudo tee /etc/sysctl.d/60-clsync.conf`,
    inContainer ? 'This is a container: run both on its host, whose limits apply here.' : 'In a container, run both on its host.',
    note,
  ].join('\n')
}

/** Twice what is needed, and never less than what distributions for developers choose. */
function roomFor(watches: number): number {
  return Math.max(524_288, powerOfTwo(2 * watches))
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast))
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

const NAMED_PROCESSES = 5

/** The system's limit is charged at the outermost user, the namespace's within it: the lower one is met first. */
function readLimit(proc: string, system: string, namespace: string): SysctlValue {
  const outer = readNumber(`${proc}/sys/fs/inotify/${system}`)
  const inner = readNumber(`${proc}/sys/user/${namespace}`)
  if (inner !== undefined && (outer === undefined || inner < outer)) return { name: `user.${namespace}`, value: inner }
  return { name: `fs.inotify.${system}`, value: outer }
}

function readNumber(path: string): number | undefined {
  const number = Number.parseInt(readText(path), 10)
  return Number.isNaN(number) ? undefined : number
}

function readUses(proc: string): WatchUse[] {
  const user = process.geteuid?.()
  const uses: WatchUse[] = []
  for (const name of readNames(proc)) {
    if (!/^\d+$/.test(name) || !isOf(user, `${proc}/${name}`)) continue
    const use = readUse(`${proc}/${name}`)
    if (use.instances > 0) uses.push({ pid: Number(name), command: readText(`${proc}/${name}/comm`).trim() || '?', ...use })
  }
  return uses
}

function isOf(user: number | undefined, path: string): boolean {
  try {
    return fs.statSync(path).uid === user
  } catch {
    return false
  }
}

function readUse(process: string): { watches: number; instances: number } {
  let watches = 0
  let instances = 0
  for (const fd of readNames(`${process}/fd`)) {
    if (!isInotify(`${process}/fd/${fd}`)) continue
    instances++
    watches += countOf(readText(`${process}/fdinfo/${fd}`), 'inotify wd:')
  }
  return { watches, instances }
}

function isInotify(path: string): boolean {
  try {
    return fs.readlinkSync(path) === 'anon_inode:inotify'
  } catch {
    return false
  }
}

function countOf(text: string, part: string): number {
  let found = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found++
  return found
}

/** Empty when it cannot be read: processes end while we look, and those of others may be hidden. */
function readNames(path: string): string[] {
  try {
    return fs.readdirSync(path)
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
