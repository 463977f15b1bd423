import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { promisify } from 'node:util'
import type { RawPath } from '../../src/model/path.ts'
import { fromText, fsPathIn } from '../../src/model/path.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { readDisk } from './disk.ts'
import { Follower } from './follower.ts'

export interface SceneOptions {
  /** Whether a verification may help where the monitor promises nothing. */
  readonly verify?: boolean
  /** Prepares the tree before it is watched. */
  readonly before?: string
}

/** A temporary tree, a monitor on it and a follower behind that. */
export class Scene {
  readonly base = fs.realpathSync(fs.mkdtempSync(`${os.tmpdir()}/clsync-monitor-`))
  readonly root = `${this.base}/root`
  readonly outside = `${this.base}/outside`
  readonly follower: Follower
  readonly monitor: Monitor
  readonly #options: SceneOptions

  constructor(monitor: Monitor, options: SceneOptions = {}) {
    this.monitor = monitor
    this.#options = options
    fs.mkdirSync(this.root)
    fs.mkdirSync(this.outside)
    this.follower = new Follower(monitor, fromText(this.root))
  }

  async start(): Promise<void> {
    if (this.#options.before !== undefined) await this.shell(this.#options.before)
    await this.follower.start()
    await this.converge()
    this.follower.hints.length = 0
    this.follower.written.clear()
  }

  async close(): Promise<void> {
    await this.follower.stop()
    fs.rmSync(this.base, { recursive: true, force: true })
  }

  /** Runs in the root; `$OUT` is a directory beside it. */
  async shell(script: string): Promise<void> {
    await run('bash', ['-ec', script], { cwd: this.root, env: { ...process.env, OUT: this.outside } })
  }

  async node(script: string, ...args: string[]): Promise<void> {
    await run(process.execPath, [script, ...args])
  }

  /** Waits until the follower holds what the disk holds. */
  async converge(): Promise<void> {
    const patience = performance.now() + (this.#options.verify === true ? VERIFY_AFTER_MS : Number.POSITIVE_INFINITY)
    let verified = false
    await until(
      () => {
        if (!verified && performance.now() > patience) {
          verified = true
          this.follower.rescan()
        }
        return this.follower.idle && difference(this.follower.snapshot(), readDisk(this.follower.root)).length === 0
      },
      () =>
        `Follower and disk differ: ${difference(this.follower.snapshot(), readDisk(this.follower.root)).slice(0, 10).join('; ')}`,
    )
  }

  /** Writes every file once more and converges: shows that every directory is still watched. */
  async touchAll(): Promise<void> {
    for (const [path, signature] of readDisk(this.follower.root)) {
      if (!signature.startsWith('directory')) append(fsPathIn(this.follower.root, path as RawPath))
    }
    await this.converge()
  }
}

/** Waits for a condition, looking often. */
export async function until(condition: () => boolean, otherwise: () => string = () => 'It never came true.'): Promise<void> {
  const start = performance.now()
  while (!condition()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(otherwise())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function difference(held: ReadonlyMap<string, string>, disk: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  for (const [path, signature] of disk) {
    const known = held.get(path)
    if (known !== signature) found.push(`${JSON.stringify(path)} is [${signature}], held as [${known ?? 'nothing'}]`)
  }
  for (const path of held.keys()) if (!disk.has(path)) found.push(`${JSON.stringify(path)} is not there any more`)
  return found
}

function append(path: string | Buffer): void {
  try {
    // Nothing but files: a fifo would wait for its reader.
    if (fs.lstatSync(path).isFile()) fs.appendFileSync(path, '+')
  } catch {
    // It has gone, or may not be written.
  }
}

const run = promisify(execFile)
const PATIENCE_MS = 15_000
const VERIFY_AFTER_MS = 700
