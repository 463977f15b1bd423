import type { Clock } from '../model/clock.ts'
import { ClsyncError, isClsyncError } from '../model/error.ts'
import type { RawPath } from '../model/path.ts'
import { hasDirectories } from './directory-count.ts'
import { createFanotifyMonitor } from './fanotify.ts'
import { refusalOf } from './fanotify-refusal.ts'
import { createInotifyMonitor } from './inotify.ts'
import { type Libc, loadLibc } from './libc.ts'
import type { Monitor } from './monitor.ts'
import { backendOf, loadSubscribe, type Subscribe } from './parcel-library.ts'
import { createParcelMonitor } from './parcel.ts'
import { createPollMonitor } from './poll.ts'

type MonitorRequest = 'auto' | Named
type Named = 'inotify' | 'fanotify' | 'parcel' | 'poll'

export interface ChooseOptions {
  readonly requested: MonitorRequest
  /** Absolute path of the source. */
  readonly root: RawPath
  readonly platform: NodeJS.Platform
  /** `statfs` type of the root's file system; looked at on Linux only. */
  readonly fileSystemType: number
  readonly clock: Clock
  readonly pollIntervalMs: number
  /** From how many directories on `auto` takes fanotify where it can be had. Default 10 000. */
  readonly manyDirectories?: number
  /** How the native parts are had; default: the packages that clsync comes with. */
  readonly load?: { readonly libc?: () => Promise<Libc>; readonly subscribe?: () => Promise<Subscribe> }
}

export interface MonitorChoice {
  readonly monitor: Monitor
  /** Why this one, in words for `status`. */
  readonly why: string
}

/** Picks the monitor. `auto` always finds one; a monitor asked for by name that cannot be had throws `MONITOR_UNAVAILABLE`. */
export async function chooseMonitor(options: ChooseOptions): Promise<MonitorChoice> {
  const network = options.platform === 'linux' ? NETWORK_FILE_SYSTEMS[options.fileSystemType >>> 0] : undefined
  if (options.requested === 'auto') return automatic(options, network)
  const monitor = await named(options, options.requested)
  const blind = network !== undefined && options.requested !== 'poll'
  return {
    monitor,
    why: `asked for${blind ? `; changes that other machines make on this ${network} are not reported to it` : ''}`,
  }
}

async function automatic(options: ChooseOptions, network: string | undefined): Promise<MonitorChoice> {
  if (network !== undefined) {
    return {
      monitor: poll(options),
      why: `the source is on ${network}, where changes by others are not reported to this machine`,
    }
  }
  const reasons: string[] = []
  for (const candidate of options.platform === 'linux' ? [onLinux, parcel] : [parcel]) {
    try {
      const { monitor, why } = await candidate(options)
      return { monitor, why: reasons.length === 0 ? why : reasons.join(' ') }
    } catch (error) {
      if (!isClsyncError(error)) throw error
      reasons.push(inWords(error))
    }
  }
  return { monitor: poll(options), why: reasons.join(' ') }
}

/** fanotify where it can be had and is worth it, else inotify. */
async function onLinux(options: ChooseOptions): Promise<MonitorChoice> {
  const libc = await (options.load?.libc ?? loadLibc)()
  const refusal = refusalOf(libc, options.root)
  if (refusal !== undefined) {
    return {
      monitor: createInotifyMonitor(libc),
      why: `the best monitor on Linux without special rights. ${inWords(refusal)}`,
    }
  }
  const many = options.manyDirectories ?? MANY_DIRECTORIES
  if (!hasDirectories(options.root, many, { clock: options.clock, withinMs: COUNTING_MS })) {
    return {
      monitor: createInotifyMonitor(libc),
      why: `the best monitor on Linux for fewer than ${many} directories: nothing is heard of the rest of the file system, as it would be with fanotify`,
    }
  }
  return {
    monitor: createFanotifyMonitor(libc),
    why: `the best monitor on Linux for ${many} directories or more: one mark for the whole file system instead of a watch for each`,
  }
}

async function parcel(options: ChooseOptions): Promise<MonitorChoice> {
  return { monitor: await named(options, 'parcel'), why: `the best monitor on ${options.platform}` }
}

function inWords({ message, why }: ClsyncError): string {
  return why === undefined ? message : `${message} ${why}`
}

async function named(options: ChooseOptions, name: Named): Promise<Monitor> {
  if (name === 'poll') return poll(options)
  if (name !== 'parcel') {
    if (options.platform !== 'linux') throw notHere(name, options.platform)
    const libc = await (options.load?.libc ?? loadLibc)()
    return name === 'inotify' ? createInotifyMonitor(libc) : createFanotifyMonitor(libc)
  }
  const backend = backendOf(options.platform)
  if (backend === undefined) throw notHere(name, options.platform)
  return createParcelMonitor({ backend, subscribe: await (options.load?.subscribe ?? loadSubscribe)(), clock: options.clock })
}

function poll({ clock, pollIntervalMs }: ChooseOptions): Monitor {
  return createPollMonitor({ clock, intervalMs: pollIntervalMs })
}

function notHere(name: string, platform: string): ClsyncError {
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: `The ${name} monitor does not exist on ${platform}.`,
    fix: "Set monitor: 'auto', which picks what this system has, or 'poll'.",
  })
}

/**
 * From here on a watch for each costs more than it is worth: kernel memory, a place within the user's limit, and a queue that
 * overflows when many change at once.
 */
const MANY_DIRECTORIES = 10_000
const COUNTING_MS = 200

/** File systems that others can write to behind this kernel's back, by their `statfs` type (the kernel's magic.h and the makers' own). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x65735546: 'FUSE',
  0x01021997: '9P',
  0x786f4256: 'a VirtualBox shared folder',
  0xbacbacbc: 'a VMware shared folder',
  0x7c7c6673: 'a Parallels shared folder',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x73757245: 'Coda',
  0x564c: 'NCP',
  0x0bd00bd0: 'Lustre',
  0x7461636f: 'OCFS2',
  0x01161970: 'GFS2',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x20030528: 'OrangeFS',
}
