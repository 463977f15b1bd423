import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const PATIENCE_MS = 20_000

/** A reader's folder, with clsync installed in it. */
export interface Folder {
  readonly root: string
  write(name: string, content: string): void
  /** Empty when it does not exist. */
  read(name: string): string
  /** Runs a line as printed; resolves to its output when it ends with 0, else throws with it. */
  run(line: string): Promise<string>
  /** Starts a line that would go on for ever, does `whileReady` when it says `ready`, and stops it as a service manager would. */
  live(line: string, whileReady: () => Promise<void> | void): Promise<void>
  dispose(): void
}

/** A new folder; with `example` a copy of that folder of this repository. */
export function createFolder(example?: string): Folder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'clsync-reader-')))
  const root = join(base, 'folder')
  mkdirSync(root)
  if (example === undefined) install(root)
  else copyExample(resolve(ROOT, example), root)
  const folder: Folder = {
    root,
    write(name, content) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), content)
    },
    read: (name) => readIfThere(join(root, name)),
    async run(line) {
      const { output, ended } = start(line, base)
      const code = await ended
      if (code !== 0) throw new Error(`"${line}" ended with ${code}:\n${output()}`)
      return output()
    },
    async live(line, whileReady) {
      const { output, ended, isOver, stop } = start(line, base)
      try {
        await expect.poll(() => isOver() || /\bready: /u.test(output()), { timeout: PATIENCE_MS, interval: 20 }).toBe(true)
        await whileReady()
      } finally {
        stop()
      }
      expect(await ended, output()).toBe(0)
    },
    dispose: () => rmSync(base, { recursive: true, force: true }),
  }
  return folder
}

/** What this workspace has installed; `node_modules` itself is the folder's own, so that more can be put there. */
function install(root: string): void {
  const installed = join(ROOT, 'node_modules')
  mkdirSync(join(root, 'node_modules'))
  for (const name of readdirSync(installed)) {
    if (!name.startsWith('.')) symlinkSync(realpathSync(join(installed, name)), join(root, 'node_modules', name))
  }
}

function copyExample(example: string, root: string): void {
  for (const name of readdirSync(example)) {
    if (name === 'node_modules') symlinkSync(join(example, name), join(root, name))
    else if (name !== 'out') cpSync(join(example, name), join(root, name), { recursive: true })
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

interface Started {
  output(): string
  isOver(): boolean
  stop(): void
  readonly ended: Promise<number | null>
}

function start(line: string, base: string): Started {
  // A group of its own, so that a signal reaches whatever the shell has started.
  const child = spawn('bash', ['-c', line], { cwd: join(base, 'folder'), env: environment(base), detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const { promise: ended, resolve: end, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject)
  child.on('close', end)
  return { output: () => output, isOver: () => hasEnded(child), stop: () => stop(child), ended }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function stop(child: ChildProcess): void {
  if (!hasEnded(child) && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
}

/** With the built command in PATH, state of its own, and nothing of the run around. */
function environment(base: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|CLSYNC_|VITEST|NODE_OPTIONS$|NODE_ENV$)/i.test(name),
  )
  const path = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH'] ?? '']
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), XDG_STATE_HOME: join(base, 'state') }
}
