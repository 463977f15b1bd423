import type { Kind } from '../../../src/model/entry.ts'
import type { RawPath } from '../../../src/model/path.ts'
import { IN } from '../../../src/monitor/inotify-queue.ts'
import { type Inode, Volume, type VolumeOptions } from './inode.ts'

/** What the kernel tells those who watch `directory`; without a name it is about the directory itself. */
export interface KernelEvent {
  readonly directory: Inode
  readonly mask: number
  readonly name: string
}

/** Directory and name of a path; the inode when there is one. */
interface Place {
  readonly directory: Inode
  readonly name: string
  readonly inode: Inode | undefined
}

/** Where the source is. */
export const ROOT = '/src'

/** A disk with inodes, hard links and mounts. Paths are absolute; an operation that cannot be done is not done and returns false. */
export class Disk {
  readonly volume: Volume
  readonly top: Inode
  /** The directory that the source was at first. */
  readonly firstRoot: Inode
  /** Grows with every operation. */
  clock = 0
  /** When something of this name was last deleted, moved away or replaced, by {@link Disk.clock}. Mounts do not count. */
  readonly vanished = new Map<string, number>()
  /** Told before a name goes whose file has other names. */
  onUnlink: (path: string, inode: Inode) => void = () => {}
  /** Names that nobody looks at: what is done to a file through one of them shows under its others only. */
  isHidden: (path: string) => boolean = () => false
  /** Whether somebody has seen this directory. */
  isSeen: (directory: Inode) => boolean = () => true
  /** Told when that was so. */
  onHidden: () => void = () => {}
  /** Bytes were written to a file, and nobody will be told under a name that it has. */
  onStray: (inode: Inode) => void = () => {}
  /** Told after each operation. */
  onEvents: (events: readonly KernelEvent[]) => void = () => {}
  readonly #maps: Place[] = []
  readonly #options: VolumeOptions
  readonly #volumes = new Map<number, Volume>()
  #version = 0
  #devices = 1

  constructor(options: VolumeOptions) {
    this.#options = options
    this.volume = this.#newVolume()
    this.top = this.volume.make('directory')
    this.mkdir(ROOT)
    this.firstRoot = this.find(ROOT)!
  }

  /** The inode at a path. `follow`: through symlinks on the way, as the kernel does. */
  find(path: string, follow = false): Inode | undefined {
    return path === '/' ? this.top : this.#place(path, follow)?.inode
  }

  typeOf(path: string): number | undefined {
    const inode = this.find(path)
    return inode && this.#volumes.get(inode.dev)!.type
  }

  newVersion(): number {
    return ++this.#version
  }

  create(path: string, kind: Kind, content: { sizeBytes: number; link?: string } = { sizeBytes: 0 }): boolean {
    const place = this.#place(path)
    if (place === undefined || place.inode !== undefined) return false
    const inode = this.#volumeOf(place.directory).make(kind, content.link)
    place.directory.entries!.set(place.name, inode)
    this.#touchDirectory(place.directory)
    const events: KernelEvent[] = [{ ...place, mask: IN.CREATE }]
    if (kind === 'symlink') Object.assign(inode, { version: this.newVersion(), sizeBytes: content.sizeBytes })
    if (kind === 'file' && content.sizeBytes > 0) {
      this.#setBytes(inode, content.sizeBytes)
      events.push({ ...place, mask: IN.MODIFY })
    }
    if (kind === 'file') events.push({ ...place, mask: IN.CLOSE_WRITE })
    return this.#tell(events)
  }

  mkdir(path: string): boolean {
    return this.create(path, 'directory')
  }

  write(path: string, sizeBytes: number): boolean {
    const place = this.#place(path)
    if (place?.inode?.kind !== 'file') return false
    this.#noteHidden(path, place.inode)
    this.#setBytes(place.inode, sizeBytes)
    const events: KernelEvent[] = [{ ...place, mask: IN.MODIFY }]
    if (sizeBytes > 0) events.push({ ...place, mask: IN.CLOSE_WRITE })
    return this.#tell(events)
  }

  /** chmod, chown or utimes. */
  setAttributes(path: string, attributes: Partial<Pick<Inode, 'mode' | 'uid' | 'mtimeMs'>>): boolean {
    const place = this.#place(path)
    if (place?.inode === undefined) return false
    this.#noteHidden(path, place.inode)
    Object.assign(place.inode, attributes, { ctimeMs: this.#volumeOf(place.inode).time })
    const self: KernelEvent = { directory: place.inode, mask: IN.ATTRIB, name: '' }
    return this.#tell([...(place.inode.mounted === undefined ? [{ ...place, mask: IN.ATTRIB }] : []), self])
  }

  /** chmod, so that nobody may read the directory, or everybody again. */
  setLocked(path: string, isLocked: boolean): boolean {
    const place = this.#place(path)
    if (place?.inode?.kind !== 'directory' || place.inode.isLocked === isLocked) return false
    place.inode.isLocked = isLocked
    return this.setAttributes(path, {})
  }

  /** Whether the way to a path leads through a directory that nobody may read. */
  isLocked(path: string): boolean {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      if (this.find(path.slice(0, at), true)?.isLocked === true) return true
    }
    return false
  }

  /** Bytes through a memory map: the times follow, and nobody is told. */
  writeMapped(path: string): boolean {
    const place = this.#place(path)
    if (place?.inode?.kind !== 'file' || place.inode.sizeBytes === 0) return false
    this.#noteHidden(path, place.inode)
    this.#setBytes(place.inode, place.inode.sizeBytes)
    this.#maps.push(place)
    this.clock++
    return true
  }

  /** Ends the maps that there are: the kernel names the file as it was when it was opened. */
  unmap(): boolean {
    const maps = this.#maps.splice(0)
    for (const { directory, name, inode } of maps) {
      if (directory.entries?.get(name) === inode) this.#tell([{ directory, name, mask: IN.CLOSE_WRITE }])
      else if (inode !== undefined) this.onStray(inode)
    }
    return maps.length > 0
  }

  link(from: string, to: string): boolean {
    const source = this.#place(from)
    const target = this.#place(to)
    if (source?.inode === undefined || source.inode.kind === 'directory' || target === undefined || target.inode !== undefined)
      return false
    if (source.inode.dev !== target.directory.dev) return false
    source.inode.nlink++
    source.inode.ctimeMs = this.#volumeOf(source.inode).time
    target.directory.entries!.set(target.name, source.inode)
    this.#touchDirectory(target.directory)
    return this.#tell([{ ...target, mask: IN.CREATE }])
  }

  /** unlink or rmdir. */
  remove(path: string): boolean {
    const place = this.#place(path)
    if (place?.inode === undefined || this.#isMountPoint(place) || (place.inode.entries?.size ?? 0) > 0) return false
    this.#markVanished(path, place.inode)
    if (place.inode.nlink > 1) this.onUnlink(path, place.inode)
    place.directory.entries!.delete(place.name)
    this.#touchDirectory(place.directory)
    return this.#tell([{ ...place, mask: IN.DELETE }, ...this.#dropped(place.inode)])
  }

  rename(from: string, to: string): boolean {
    const source = this.#place(from)
    const target = this.#place(to)
    if (source?.inode === undefined || target === undefined || source.inode === target.inode || to.startsWith(`${from}/`))
      return false
    if (source.inode.dev !== target.directory.dev || this.#isMountPoint(source) || this.#isMountPoint(target)) return false
    const victim = target.inode
    if (victim !== undefined && (victim.kind === 'directory') !== (source.inode.kind === 'directory')) return false
    if (victim !== undefined && (victim.entries?.size ?? 0) > 0) return false
    this.#markVanished(from, source.inode)
    if (victim !== undefined) this.#markVanished(to, victim)
    if (victim !== undefined && victim.nlink > 1) this.onUnlink(to, victim)
    if (this.isHidden(to)) this.#noteLeaving(from, source.inode)
    source.directory.entries!.delete(source.name)
    target.directory.entries!.set(target.name, source.inode)
    source.inode.ctimeMs = this.#volumeOf(source.inode).time
    this.#touchDirectory(source.directory)
    this.#touchDirectory(target.directory)
    const moved: KernelEvent = { directory: source.inode, mask: IN.MOVE_SELF, name: '' }
    const gone = victim === undefined ? [] : this.#dropped(victim)
    return this.#tell([{ ...source, mask: IN.MOVED_FROM }, { ...target, mask: IN.MOVED_TO }, moved, ...gone])
  }

  /** For those who look, names go as if they were removed. */
  #noteLeaving(path: string, inode: Inode): void {
    if (inode.nlink > 1) this.onUnlink(path, inode)
    for (const [name, entry] of inode.entries ?? []) this.#noteLeaving(`${path}/${name}`, entry)
  }

  exchange(a: string, b: string): boolean {
    const one = this.#place(a)
    const two = this.#place(b)
    if (one?.inode === undefined || two?.inode === undefined || one.inode === two.inode) return false
    if (
      a.startsWith(`${b}/`) ||
      b.startsWith(`${a}/`) ||
      one.inode.dev !== two.inode.dev ||
      this.#isMountPoint(one) ||
      this.#isMountPoint(two)
    )
      return false
    this.#markVanished(a, one.inode)
    this.#markVanished(b, two.inode)
    one.directory.entries!.set(one.name, two.inode)
    two.directory.entries!.set(two.name, one.inode)
    for (const { inode, directory } of [one, two]) {
      inode!.ctimeMs = this.#volumeOf(inode!).time
      this.#touchDirectory(directory)
    }
    const selfs = [one, two].map(({ inode }): KernelEvent => ({ directory: inode!, mask: IN.MOVE_SELF, name: '' }))
    const ways = [
      [one, two],
      [two, one],
    ].flatMap(([from, to]) => [
      { ...from!, mask: IN.MOVED_FROM },
      { ...to!, mask: IN.MOVED_TO },
    ])
    return this.#tell([...ways, ...selfs])
  }

  get hasMounts(): boolean {
    return this.mountsBelow('/').size > 0
  }

  /** Device of what is mounted, by path below a directory. */
  mountsBelow(path: string): Map<RawPath, string> {
    const mounts = new Map<RawPath, string>()
    const visit = (inode: Inode | undefined, below: string): void => {
      for (const [name, entry] of inode?.entries ?? []) {
        const at = below === '' ? name : `${below}/${name}`
        if (entry.mounted !== undefined) mounts.set(at as RawPath, String(entry.mounted.dev)) // names of the disk are raw
        visit(entry.mounted ?? entry, at)
      }
    }
    visit(this.find(path), '')
    return mounts
  }

  /** Puts a new file system over a directory, or takes it away. The kernel tells those who watch below only. */
  mount(path: string): boolean {
    const covered = this.#covered(path)
    if (covered === undefined || covered.mounted !== undefined) return false
    covered.mounted = this.#newVolume().make('directory')
    return true
  }

  unmount(path: string): boolean {
    const covered = this.#covered(path)
    if (covered?.mounted === undefined) return false
    const gone = [...below(covered.mounted)].filter((inode) => inode.kind === 'directory')
    covered.mounted = undefined
    return this.#tell(
      gone.flatMap((directory) => [
        { directory, mask: IN.UNMOUNT, name: '' },
        { directory, mask: IN.IGNORED, name: '' },
      ]),
    )
  }

  #covered(path: string): Inode | undefined {
    const place = this.#place(path)
    const inode = place?.directory.entries!.get(place.name)
    return inode?.kind === 'directory' ? inode : undefined
  }

  #isMountPoint({ directory, name }: Place): boolean {
    return directory.entries!.get(name)?.mounted !== undefined
  }

  #newVolume(): Volume {
    const dev = ++this.#devices
    const volume = new Volume(dev, { ...this.#options, type: this.#options.type + (dev > 2 ? 1 : 0) })
    this.#volumes.set(dev, volume)
    return volume
  }

  #volumeOf(inode: Inode): Volume {
    return this.#volumes.get(inode.dev)!
  }

  #place(path: string, follow = false): Place | undefined {
    const names = path.split('/').slice(1)
    let directory = this.top
    for (let at = 0; ; at++) {
      const name = names[at]!
      const entry = directory.entries!.get(name)
      const inode = entry?.mounted ?? entry
      if (at === names.length - 1) return { directory, name, inode }
      const next = follow && inode?.kind === 'symlink' ? directory.entries!.get(inode.link!) : inode
      const through = next?.mounted ?? next
      if (through?.kind !== 'directory') return undefined
      directory = through
    }
  }

  #setBytes(inode: Inode, sizeBytes: number): void {
    const time = this.#volumeOf(inode).time
    Object.assign(inode, { version: sizeBytes === 0 ? 0 : this.newVersion(), sizeBytes, mtimeMs: time, ctimeMs: time })
  }

  #touchDirectory(directory: Inode): void {
    const time = this.#volumeOf(directory).time
    Object.assign(directory, { mtimeMs: time, ctimeMs: time })
  }

  #dropped(inode: Inode): KernelEvent[] {
    if (!this.#volumeOf(inode).drop(inode) || inode.kind !== 'directory') return []
    return [IN.DELETE_SELF, IN.IGNORED].map((mask) => ({ directory: inode, mask, name: '' }))
  }

  #noteHidden(path: string, { nlink }: Inode): void {
    if (nlink > 1 && this.isHidden(path)) this.onHidden()
  }

  #markVanished(path: string, inode: Inode): void {
    if (path === ROOT) return // nobody has deleted what is in it
    this.vanished.set(path, ++this.clock)
    for (const [name, child] of inode.entries ?? []) {
      this.#markVanished(`${path}/${name}`, child)
      if (child.mounted !== undefined) this.#markVanished(`${path}/${name}`, child.mounted)
    }
  }

  #tell(events: readonly KernelEvent[]): boolean {
    this.clock++
    this.onEvents(events)
    return true
  }
}

function* below(inode: Inode): Generator<Inode> {
  yield inode
  for (const child of inode.entries?.values() ?? []) yield* below(child)
}
