import type { Clock } from '../model/clock.ts'
import { ClsyncError, isClsyncError } from '../model/error.ts'
import { createInotifyMonitor } from './inotify.ts'
import { type Libc, loadLibc } from './libc.ts'
import type { Monitor } from './monitor.ts'
import { backendOf, loadSubscribe, type Subscribe } from './parcel-library.ts'
import { createParcelMonitor } from './parcel.ts'
import { createPollMonitor } from './poll.ts'

export interface ChooseOptions {
  readonly requested: 'auto' | 'inotify' | 'parcel' | 'poll'
  readonly platform: NodeJS.Platform
  /** `statfs` type of the root's file system; looked at on Linux only. */
  readonly fileSystemType: number
  readonly clock: Clock
  readonly pollIntervalMs: number
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
  for (const name of options.platform === 'linux' ? (['inotify', 'parcel'] as const) : (['parcel'] as const)) {
    try {
      const monitor = await named(options, name)
      const own =
        name === 'inotify' ? 'the best monitor on Linux without special rights' : `the best monitor on ${options.platform}`
      return { monitor, why: reasons.length === 0 ? own : reasons.join(' ') }
    } catch (error) {
      if (!isClsyncError(error)) throw error
      reasons.push(error.why === undefined ? error.message : `${error.message} ${error.why}`)
    }
  }
  return { monitor: poll(options), why: reasons.join(' ') }
}

async function named(options: ChooseOptions, name: 'inotify' | 'parcel' | 'poll'): Promise<Monitor> {
  if (name === 'poll') return poll(options)
  if (name === 'inotify') {
    if (options.platform !== 'linux') throw notHere(name, options.platform)
    return createInotifyMonitor(await (options.load?.libc ?? loadLibc)())
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
