import type { ParcelEvent, Subscription } from '../../../src/monitor/parcel-library.ts'
import { IN } from '../../../src/monitor/inotify-queue.ts'
import { type Disk, type KernelEvent, ROOT } from './disk.ts'
import type { Faults } from './faults.ts'
import type { Inode } from './inode.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'

export interface ParcelLibraryOptions {
  readonly disk: Disk
  readonly life: Life
  readonly random: Random
  readonly faults: Faults
}

/**
 * What the inotify backend of @parcel/watcher does: it watches each directory of the first scan and each that is made or moved in by
 * itself, not what is below; it names directories by the path at which it met them; it merges what happens at a path before it
 * tells; it drops what it cannot find, and what the queue cannot hold, in silence; it knows text only.
 */
export class ParcelLibrary {
  readonly #o: ParcelLibraryOptions
  readonly #paths = new Map<Inode, string>()
  readonly #events = new Map<string, { isCreated: boolean; isDeleted: boolean }>()
  #receive: ((error: Error | null, events: readonly ParcelEvent[]) => void) | undefined
  #lastAt = -Infinity
  #isWaiting = false

  constructor(options: ParcelLibraryOptions) {
    this.#o = options
  }

  get isBusy(): boolean {
    return this.#isWaiting
  }

  async subscribe(root: string, receive: (error: Error | null, events: readonly ParcelEvent[]) => void): Promise<Subscription> {
    const { disk, random, faults } = this.#o
    if (faults.isOn && random.chance(0.2)) throw new Error('No such file or directory')
    this.#watchBelow(disk.find(root), root)
    this.#receive = receive
    return {
      unsubscribe: async () => {
        this.#receive = undefined
        if (random.chance(0.1)) throw new Error('Unable to remove watcher: Invalid argument')
      },
    }
  }

  tell(events: readonly KernelEvent[]): void {
    if (this.#receive === undefined) return
    const { random, faults } = this.#o
    for (const event of events) {
      const directory = this.#paths.get(event.directory)
      if (directory === undefined || event.mask === IN.CLOSE_WRITE || (faults.isOn && random.chance(0.02))) continue
      if (event.name === '') this.#tellRoot(event)
      else this.#take(`${directory}/${event.name}`, event.mask)
    }
    this.#notify()
  }

  #tellRoot({ directory, mask }: KernelEvent): void {
    if (this.#paths.get(directory) !== ROOT || (mask & (IN.DELETE_SELF | IN.MOVE_SELF)) === 0) return
    this.#paths.clear() // dead from here on, without an error
    this.#events.set(ROOT, { isCreated: false, isDeleted: true })
  }

  #take(path: string, mask: number): void {
    const inode = this.#o.disk.find(path)
    const isGone = (mask & (IN.DELETE | IN.MOVED_FROM)) !== 0
    if (!isGone && inode === undefined) return // looked for under a path that it does not have any more
    const known = this.#events.get(path)
    if (isGone) this.#events.set(path, { isCreated: known?.isCreated ?? false, isDeleted: true })
    else if ((mask & (IN.CREATE | IN.MOVED_TO)) === 0) this.#events.set(path, known ?? { isCreated: false, isDeleted: false })
    // Gone and there again is taken for a change.
    else this.#events.set(path, { isCreated: known?.isDeleted !== true, isDeleted: false })
    if (!isGone && inode?.kind === 'directory' && (mask & (IN.CREATE | IN.MOVED_TO)) !== 0) this.#paths.set(inode, path)
  }

  /** At once after a silence, else when it has been quiet for a while. */
  #notify(): void {
    const { life } = this.#o
    if (this.#isWaiting || this.#events.size === 0) return
    this.#isWaiting = true
    const delayMs = life.timeline.now - this.#lastAt > 500 ? 1 : 50
    life.after(delayMs, () => {
      this.#isWaiting = false
      this.#lastAt = life.timeline.now
      const events = [...this.#events].flatMap(([path, { isCreated, isDeleted }]): ParcelEvent[] => {
        if (isCreated && isDeleted) return []
        return [
          { path: Buffer.from(path, 'latin1').toString('utf8'), type: isDeleted ? 'delete' : isCreated ? 'create' : 'update' },
        ]
      })
      this.#events.clear()
      if (events.length > 0) this.#receive?.(null, events)
    })
  }

  #watchBelow(inode: Inode | undefined, path: string): void {
    if (inode?.kind !== 'directory' || inode.isLocked) return
    this.#paths.set(inode, path)
    for (const [name, entry] of inode.entries!) this.#watchBelow(entry.mounted ?? entry, `${path}/${name}`)
  }
}
