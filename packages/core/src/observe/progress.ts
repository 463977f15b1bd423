import type { Clock, Timer } from '../model/clock.ts'
import { bytesText, countText, durationText, groupedText } from './amount.ts'
import type { Logger } from './log.ts'
import type { Status } from './status.ts'
import type { Terminal } from './terminal.ts'

export interface ProgressOptions {
  /** Of the tasks that are in their first scan and sync; none: nothing to show. */
  readonly statuses: () => readonly Status[]
  readonly terminal: Terminal
  readonly log: Logger
  readonly clock: Clock
}

/** Shows how far the first scan and sync are: a live line on a terminal, else a line in the log every few seconds. */
export function startProgress({ statuses, terminal, log, clock }: ProgressOptions): { stop(): void } {
  const pace = createPace(clock)
  const intervalMs = terminal.isLive ? LIVE_INTERVAL_MS : LINE_INTERVAL_MS
  let timer: Timer = clock.after(intervalMs, tick)
  return {
    stop() {
      timer.cancel()
      terminal.live(undefined)
    },
  }

  function tick(): void {
    const current = statuses()
    const progress = current.length === 0 ? undefined : progressOf(current)
    if (progress) pace.add(progress)
    if (terminal.isLive) terminal.live(progress && progressText(progress, pace.rate()))
    else if (progress) log.info(progressText(progress, pace.rate()), progress)
    timer = clock.after(intervalMs, tick)
  }
}

const LIVE_INTERVAL_MS = 200
const LINE_INTERVAL_MS = 5_000

export interface Progress {
  readonly entries: number
  /** Directories that still have to be read. */
  readonly scanning: number
  readonly pending: number
  readonly sent: number
  readonly bytes: number
}

/** Per second. */
export interface Rate {
  readonly changes: number
  readonly bytes: number
}

/** The sum over tasks and their targets. */
function progressOf(statuses: readonly Status[]): Progress {
  const targets = statuses.flatMap((status) => status.targets)
  const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
    items.reduce((total, item) => total + of(item), 0)
  return {
    entries: sum(statuses, ({ tree }) => tree.entries),
    scanning: sum(statuses, ({ tree }) => tree.scanning),
    pending: sum(targets, ({ pending }) => pending),
    sent: sum(targets, ({ synced }) => synced.changes),
    bytes: sum(targets, ({ synced }) => synced.bytes),
  }
}

/** `scanned 1,200 entries, 34 directories to read · sent 800 of 1,100 changes, 12 MB, 3.4 MB/s, 8 s left`. */
export function progressText({ entries, scanning, pending, sent, bytes }: Progress, rate: Rate): string {
  const scan = `scanned ${countText(entries, 'entry', 'entries')}${scanning > 0 ? `, ${countText(scanning, 'directory', 'directories')} to read` : ''}`
  if (sent === 0 && pending === 0) return scan
  const parts = [`sent ${groupedText(sent)} of ${countText(sent + pending, 'change')}`, bytesText(bytes)]
  if (rate.bytes > 0) parts.push(`${bytesText(rate.bytes)}/s`)
  // While directories are still unread nobody knows how much is to come.
  if (scanning === 0 && rate.changes > 0 && pending > 0) parts.push(`${durationText((pending / rate.changes) * 1000)} left`)
  return scanning > 0 ? `${scan} · ${parts.join(', ')}` : parts.join(', ')
}

/** Speed over the last seconds, so that it follows what happens without jumping. */
function createPace(clock: Clock) {
  const samples: { readonly atMs: number; readonly sent: number; readonly bytes: number }[] = []
  return {
    add({ sent, bytes }: Progress): void {
      samples.push({ atMs: clock.monotonic(), sent, bytes })
      while (samples.length > 2 && samples.at(-1)!.atMs - samples[0]!.atMs > PACE_WINDOW_MS) samples.shift()
    },
    rate(): Rate {
      const first = samples[0]
      const last = samples.at(-1)
      if (!first || !last || last.atMs <= first.atMs) return { changes: 0, bytes: 0 }
      const seconds = (last.atMs - first.atMs) / 1000
      return { changes: (last.sent - first.sent) / seconds, bytes: (last.bytes - first.bytes) / seconds }
    },
  }
}

const PACE_WINDOW_MS = 10_000
