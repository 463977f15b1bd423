import fs from 'node:fs'
import type { Clock } from '../model/clock.ts'
import { ROOT_DIR } from '../model/entry.ts'
import { ClsyncError } from '../model/error.ts'
import type { Hint } from '../model/hint.ts'
import { type RawPath, fromText, isUtf8, nameOf, parentOf, toFsPath, toText } from '../model/path.ts'
import type { Monitor, MonitorStart, MonitorStats } from './monitor.ts'
import { type ParcelBackend, type ParcelEvent, type Subscribe, subscribePatiently, type Subscription } from './parcel-library.ts'

export interface ParcelOptions {
  /** Always named: left to itself the library switches to watchman when that is in PATH. */
  readonly backend: ParcelBackend
  readonly subscribe: Subscribe
  readonly clock: Clock
  /** The root as the library spells it. Default: without symbolic links, as macOS reports nothing else (/private/tmp for /tmp). */
  readonly resolve?: (root: RawPath) => RawPath
}

/**
 * @parcel/watcher: the portable monitor. Best effort, because the library merges events by path before it tells them (a delete can be
 * lost that way) and its inotify backend drops events in silence.
 */
export function createParcelMonitor(options: ParcelOptions): Monitor {
  return new ParcelMonitor(options)
}

class ParcelMonitor implements Monitor {
  readonly name = 'parcel'
  readonly guarantee = 'best-effort'
  readonly #how: ParcelOptions
  #options: MonitorStart | undefined
  /** As the library spells it: resolved, with `/`. */
  #root = ''
  #subscription: Subscription | undefined
  #stopped = false
  #events = 0
  #losses = 0

  constructor(how: ParcelOptions) {
    this.#how = how
  }

  async start(options: MonitorStart): Promise<void> {
    this.#options = options
    const { resolve = withoutLinks } = this.#how
    const root = resolve(options.root)
    if (!isUtf8(root)) throw notText(options.root)
    this.#root = slashed(toText(root))
    await this.#subscribe()
  }

  arm(): 'armed' {
    return 'armed'
  }

  disarm(): void {}

  drain(): void {}

  /** One watch: the root's. */
  stats(): MonitorStats {
    return { watches: this.#subscription === undefined ? 0 : 1, events: this.#events, losses: this.#losses }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#unsubscribe()
  }

  async #subscribe(): Promise<void> {
    const { subscribe, backend, clock } = this.#how
    const subscription = await subscribePatiently(
      () => subscribe(this.#root, (error, events) => this.#receive(error, events), { backend }),
      clock,
    )
    this.#subscription = subscription
    if (this.#stopped) await this.#unsubscribe()
  }

  /** The library rejects some of these although it has let go; nothing depends on it. */
  async #unsubscribe(): Promise<void> {
    const subscription = this.#subscription
    this.#subscription = undefined
    await subscription?.unsubscribe().catch(() => {})
  }

  #receive(error: Error | null, events: readonly ParcelEvent[]): void {
    if (this.#stopped) return
    if (error !== null) this.#fail(error)
    const batch = new Batch(this.#options!, this.#root)
    for (const event of events) {
      this.#events++
      batch.add(event)
    }
  }

  /** After "events were dropped" the library goes on; after any other error it has ended the subscription. */
  #fail(error: Error): void {
    const overflow = /re-scanned/.test(error.message)
    this.#lose(overflow ? 'overflow' : 'error')
    if (overflow) return
    void this.#unsubscribe()
      .then(() => this.#subscribe())
      .then(
        () => this.#stopped || this.#lose('error'),
        (again: unknown) => this.#options!.warn(`Watching has stopped: ${error.message}; and again: ${String(again)}`),
      )
  }

  #lose(why: 'overflow' | 'error'): void {
    this.#losses++
    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why })
  }
}

/** Turns one callback's events into hints, each of the coarse ones once. */
class Batch {
  readonly #options: MonitorStart
  readonly #root: string
  readonly #said = new Set<string>()

  constructor(options: MonitorStart, root: string) {
    this.#options = options
    this.#root = root
  }

  /** An event's type is not believed, as the library guesses it, but for the root. */
  add({ path, type }: ParcelEvent): void {
    const below = belowRoot(this.#root, slashed(path))
    if (below === undefined) this.#sayOnce({ type: 'lost', dir: ROOT_DIR, why: 'unresolved' })
    else if (below === '') this.#rootEvent(type)
    else if (below.includes(REPLACEMENT)) this.#lossy(below)
    else this.#entry(fromText(below))
  }

  #rootEvent(type: ParcelEvent['type']): void {
    if (type === 'update') this.#sayOnce({ type: 'directory', dir: ROOT_DIR })
    else this.#options.sink({ type: 'root', state: type === 'delete' ? 'gone' : 'replaced' })
  }

  #entry(path: RawPath): void {
    const { dir, exact } = this.#options.directories.nearest(parentOf(path))
    if (exact) this.#options.sink({ type: 'entry', dir, name: nameOf(path), content: true })
    else this.#sayOnce({ type: 'tree', dir })
  }

  /** The library has replaced bytes that are not UTF-8, so that from there on the path names nothing. */
  #lossy(path: string): void {
    const parts = path.split('/')
    const bad = parts.findIndex((part) => part.includes(REPLACEMENT))
    const { dir, exact } = this.#options.directories.nearest(fromText(parts.slice(0, bad).join('/')))
    this.#sayOnce({ type: exact && bad === parts.length - 1 ? 'directory' : 'tree', dir })
  }

  #sayOnce(hint: Exclude<Hint, { type: 'entry' | 'root' }>): void {
    const key = `${hint.type} ${hint.dir}`
    if (this.#said.has(key)) return
    this.#said.add(key)
    this.#options.sink(hint)
  }
}

function withoutLinks(root: RawPath): RawPath {
  return fs.realpathSync.native(toFsPath(root), 'latin1') as RawPath // latin1 is what a raw path is
}

/** What stands where a byte was not UTF-8. */
const REPLACEMENT = '\uFFFD'

function belowRoot(root: string, path: string): string | undefined {
  if (path === root) return ''
  const prefix = root.endsWith('/') ? root : `${root}/`
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined
}

function slashed(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path
}

function notText(root: RawPath): ClsyncError {
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: `The parcel monitor cannot watch "${toText(root)}".`,
    why: 'Its path is not valid UTF-8, and @parcel/watcher takes no other.',
    fix: "Set monitor: 'poll', or rename the directory.",
  })
}
