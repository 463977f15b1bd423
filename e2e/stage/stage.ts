import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts'
import type { RecordedBatch } from './recorder.ts'
import { differences } from './tree-state.ts'
import { until } from './until.ts'

/** Whether mounts and owners can be tried here. */
export const IS_ROOT = process.platform === 'linux' && process.geteuid?.() === 0

/** When the last disk was made, by the wall clock. */
const TICK_MS = 50
let lastDiskSecond = 0

const RECORDER = path.join(import.meta.dirname, 'recorder.ts')

/** A folder of its own with a source, a target and a place for state, and what runs on them. */
export class Stage {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'clsync-e2e-')))
  readonly source = this.make('source')
  readonly target = this.make('target')
  readonly state = path.join(this.folder, 'state')
  readonly recorded = path.join(this.folder, 'recorded.jsonl')
  readonly #daemons: Daemon[] = []
  readonly #mounts: string[] = []
  readonly #disks: string[] = []

  /** A path in the folder. */
  at(...names: string[]): string {
    return path.join(this.folder, ...names)
  }

  make(name: string): string {
    const made = this.at(name)
    fs.mkdirSync(made, { recursive: true })
    return made
  }

  /** Writes a file below the folder, with the directories above it. */
  write(name: string, content: string | Uint8Array = name): void {
    fs.mkdirSync(path.dirname(this.at(name)), { recursive: true })
    fs.writeFileSync(this.at(name), content)
  }

  /** Files `f0`, `f1`, … in a directory below the folder. */
  fill(directory: string, count: number): void {
    this.make(directory)
    for (let index = 0; index < count; index++) fs.writeFileSync(this.at(directory, `f${index}`), `${directory} ${index}`)
  }

  /** The mirror of the source at the target, or what `args` say. */
  start(args: readonly string[] = [], options: DaemonOptions = {}): Daemon {
    return this.run([this.source, this.target, '--state-dir', this.state, '--delay', '0', ...args], options)
  }

  /** With the handler that writes down what it is handed. */
  startRecorder(args: readonly string[] = []): Daemon {
    const handler = ['--handler', RECORDER, '-o', `file=${this.recorded}`]
    return this.run([...handler, '--state-dir', this.state, '--delay', '0', ...args, this.source])
  }

  /**
   * Waits until what was written last is old enough to be believed at the next start: files of the last second may have been
   * written to within the same tick of the clock, and are handed over once more.
   */
  async old(): Promise<void> {
    const written = Date.now()
    await until('time to pass', () => Date.now() > written + 1200)
  }

  run(args: readonly string[], options: DaemonOptions = {}): Daemon {
    const daemon = startDaemon(args, { cwd: this.folder, ...options })
    this.#daemons.push(daemon)
    return daemon
  }

  /** Batches that the recorder was handed, since `forgetRecorded`. */
  batches(): RecordedBatch[] {
    if (!fs.existsSync(this.recorded)) return []
    const lines = fs.readFileSync(this.recorded, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as RecordedBatch) // the recorder writes nothing else
  }

  /** What they told, as `type path`, sorted. */
  told(): string[] {
    const changes = this.batches().flatMap((batch) => batch.changes)
    return changes.map(({ type, path: at, from }) => (from === undefined ? `${type} ${at}` : `${type} ${from} ${at}`)).toSorted()
  }

  forgetRecorded(): void {
    fs.rmSync(this.recorded, { force: true })
  }

  /** Waits until the target is an exact copy. */
  async exact(target = this.target, source = this.source): Promise<void> {
    let last: string[] = []
    const isExact = (): boolean => {
      try {
        last = differences(source, target)
      } catch (error) {
        last = [String(error)]
      }
      return last.length === 0
    }
    await until('an exact copy', isExact, {
      also: () => `${last.slice(0, 20).join('\n')}\n${this.#daemons.at(-1)?.output ?? ''}`,
    })
  }

  mount(directory: string, size = '16m'): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', directory])
    this.#mounts.push(directory)
  }

  /** A block device with an empty ext4, to be mounted, unmounted and mounted again. */
  disk(size: string): string {
    // Made in the same second as another, it would have a root of the same number and birth. The clock of mkfs lags behind by a tick.
    while (Date.now() < (lastDiskSecond + 1) * 1000 + TICK_MS);
    const image = this.at(`image${this.#disks.length}`)
    execFileSync('truncate', ['-s', size, image])
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image])
    lastDiskSecond = Math.floor(Date.now() / 1000)
    const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim()
    this.#disks.push(device)
    return device
  }

  mountDisk(device: string, directory: string): void {
    execFileSync('mount', [device, directory])
    this.#mounts.push(directory)
  }

  /** Makes what is at `from` appear at `directory` as well. */
  bind(from: string, directory: string): void {
    execFileSync('mount', ['--bind', from, directory])
    this.#mounts.push(directory)
  }

  /** `lazy`: also while somebody has files of it open, or stands in it. */
  unmount(directory: string, { lazy = false } = {}): void {
    execFileSync('umount', [...(lazy ? ['--lazy'] : []), directory])
    const at = this.#mounts.lastIndexOf(directory)
    if (at >= 0) this.#mounts.splice(at, 1)
  }

  async dispose(): Promise<void> {
    for (const daemon of this.#daemons) if (daemon.ended === undefined) daemon.kill()
    for (const daemon of this.#daemons) await daemon.end()
    for (const directory of this.#mounts.splice(0).toReversed()) execFileSync('umount', ['--lazy', directory])
    for (const device of this.#disks) execFileSync('losetup', ['--detach', device])
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}
