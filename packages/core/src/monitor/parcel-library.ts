import type { Clock } from '../model/clock.ts'
import { ClsyncError } from '../model/error.ts'
import { explainWatchLimit, readWatchLimits } from './watch-limits.ts'

/** A backend that the library was built with; `kqueue` is missing in its own types. */
export type ParcelBackend = 'inotify' | 'fs-events' | 'windows' | 'kqueue'

export interface ParcelEvent {
  readonly path: string
  readonly type: 'create' | 'update' | 'delete'
}

export interface Subscription {
  unsubscribe(): Promise<void>
}

/** @parcel/watcher's `subscribe`. Both an error and events can come in one call. */
export type Subscribe = (
  root: string,
  receive: (error: Error | null, events: readonly ParcelEvent[]) => void,
  options: { readonly backend: ParcelBackend },
) => Promise<Subscription>

/** The backend that belongs to a platform; `undefined` where the library has none. */
export function backendOf(platform: NodeJS.Platform): ParcelBackend | undefined {
  return BACKENDS[platform]
}

/** Loads the library. Throws `MONITOR_UNAVAILABLE` where it has no binary. */
export async function loadSubscribe(): Promise<Subscribe> {
  try {
    const { subscribe } = await import('@parcel/watcher')
    // `as never`: the library takes every backend that it was built with, its types know fewer.
    return (root, receive, { backend }) => subscribe(root, receive, { backend: backend as never })
  } catch (error) {
    throw new ClsyncError('MONITOR_UNAVAILABLE', {
      message: 'The parcel monitor cannot be loaded.',
      why: error instanceof Error ? error.message : String(error),
      fix: "Install clsync with its optional packages (@parcel/watcher brings a prebuilt binary), or set monitor: 'poll'.",
      cause: error,
    })
  }
}

/** Tries again while directories vanish under the library's own scan, which it takes for a failure. Throws `MONITOR_UNAVAILABLE`. */
export async function subscribePatiently(subscribe: () => Promise<Subscription>, clock: Clock): Promise<Subscription> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await subscribe()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (attempt >= MAX_ATTEMPTS || !/no such file|not a directory|ENOENT|ENOTDIR/i.test(reason)) throw refused(reason, error)
      await new Promise<void>((resolve) => clock.after(attempt * 10, resolve))
    }
  }
}

/** Nearly half of all tries fail on a busy tree. */
const MAX_ATTEMPTS = 30

const BACKENDS: Partial<Record<NodeJS.Platform, ParcelBackend>> = {
  linux: 'inotify',
  android: 'inotify',
  darwin: 'fs-events',
  win32: 'windows',
  freebsd: 'kqueue',
  openbsd: 'kqueue',
  netbsd: 'kqueue',
}

function refused(reason: string, cause: unknown): ClsyncError {
  if (/no space left/i.test(reason)) {
    return new ClsyncError('MONITOR_UNAVAILABLE', { ...explainWatchLimit(readWatchLimits(), { held: 0 }), cause })
  }
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: 'The parcel monitor cannot watch the source.',
    why: reason,
    fix: "Set monitor: 'poll' to do without it.",
    cause,
  })
}
