import { type BigIntStats, lstatSync, readFileSync, readlinkSync, watch } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

export interface Arrival {
  /** Relative to the source. */
  readonly path: string
  readonly what: 'written' | 'removed'
  /** From the change to the moment when the target was seen to hold it. */
  readonly latencyMs: number
}

export interface ArrivalOptions {
  readonly source: string
  readonly target: string
  onArrival(arrival: Arrival): void
}

export interface Arrivals {
  /** These paths have just been changed in the source. */
  expect(paths: readonly string[]): void
  missing(): string[]
  /** Waits until nothing is missing, for that long at most; resolves to what still is. */
  settle(patienceMs: number): Promise<string[]>
  stop(): void
  readonly latenciesMs: readonly number[]
}

/** How often paths that are under way are compared: it bounds how exact the latencies are. */
const COMPARE_EVERY_MS = 0.5

/** Watches for changes that reach the target: those announced, and those that a person makes in the source. */
export function watchArrivals({ source, target, onArrival }: ArrivalOptions): Arrivals {
  /** Path to when it was changed, on the clock of `performance.now`. */
  const pending = new Map<string, number>()
  const latenciesMs: number[] = []
  let stopped = false

  function expect(paths: readonly string[]): void {
    if (pending.size === 0) queueMicrotask(() => void compareUntilEmpty())
    for (const path of paths) if (!pending.has(path)) pending.set(path, performance.now())
  }

  async function compareUntilEmpty(): Promise<void> {
    while (pending.size > 0 && !stopped) {
      for (const [path, sinceMs] of pending) if (same(`${source}/${path}`, `${target}/${path}`)) arrived(path, sinceMs)
      await wait(COMPARE_EVERY_MS)
    }
  }

  function arrived(path: string, sinceMs: number): void {
    pending.delete(path)
    const latencyMs = performance.now() - sinceMs
    latenciesMs.push(latencyMs)
    onArrival({ path, what: statOf(`${source}/${path}`) === undefined ? 'removed' : 'written', latencyMs })
  }

  const watcher = watch(source, { recursive: true }, (_event, path) => {
    if (path !== null && !path.startsWith('demo') && !isFolder(`${source}/${path}`)) expect([path])
  })

  return {
    expect,
    missing: () => [...pending.keys()],
    async settle(patienceMs) {
      const deadlineMs = performance.now() + patienceMs
      while (pending.size > 0 && performance.now() < deadlineMs) await wait(5)
      return [...pending.keys()]
    },
    stop() {
      stopped = true
      watcher.close()
    },
    latenciesMs,
  }
}

/** Whether both are absent, or of one kind with the same content and mode. */
function same(source: string, target: string): boolean {
  const from = statOf(source)
  const to = statOf(target)
  if (from === undefined || to === undefined) return from === to
  if (from.isSymbolicLink()) return to.isSymbolicLink() && readlinkSync(source) === readlinkSync(target)
  if (from.mode !== to.mode) return false
  return !from.isFile() || (from.size === to.size && readFileSync(source).equals(readFileSync(target)))
}

function statOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}
