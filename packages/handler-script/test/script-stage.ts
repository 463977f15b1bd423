import fs from 'node:fs'
import path from 'node:path'
import type { Batch, Change, HandlerContext, Kind, Session, SyncResult } from '@clsync/core/handler'
import { tempTree, type TempTree } from '@clsync/core/testing'
import script from '../src/index.ts'

export const RECORDER = path.join(import.meta.dirname, 'scripts/recorder.mjs')

/** How the recorder was called; bytes as latin1. */
export interface Recorded {
  readonly args: string[]
  readonly cwd: string
  readonly umask: number
  readonly uid: number
  readonly gid: number
  readonly stdin: string
  readonly lists: string[]
  readonly env: Record<string, string>
}

/** A source, a place for the rest, and a session with options. */
export class ScriptStage {
  readonly source: TempTree = tempTree()
  readonly work: TempTree = tempTree()
  readonly logged: string[] = []
  progressed = 0
  readonly #sessions: Session[] = []

  async open(options: object, context: Partial<HandlerContext> = {}): Promise<Session> {
    const env = { RECORD: `${this.work.root}/recorded`, ...(options as { env?: object }).env }
    const parsed = script.options.parse({ ...options, env })
    const tell = (level: string) => (message: string) => void this.logged.push(`${level} ${message}`)
    const session = await script.setup(parsed, {
      root: this.source.root,
      stateDir: `${this.work.root}/state`,
      dryRun: false,
      isKnown: false,
      accept: false,
      log: { debug: tell('debug'), info: tell('info'), warn: tell('warn') },
      progress: (bytes) => void (this.progressed += bytes),
      exec: () => Promise.reject(new Error('not used here')),
      ...context,
    })
    this.#sessions.push(session)
    return session
  }

  /** One batch through a session of its own. */
  async send(
    options: object,
    changes: readonly Change[],
    more: Partial<Batch> = {},
    signal = never(),
  ): Promise<SyncResult | void> {
    const session = await this.open(options)
    return session.sync(batch(changes, more), signal)
  }

  /** A script of that text, executable. */
  script(text: string, name = 'script'): string {
    this.work.write(name, text)
    fs.chmodSync(this.work.at(name), 0o755)
    return this.work.at(name).toString()
  }

  recorded(): Recorded[] {
    const file = `${this.work.root}/recorded`
    if (!fs.existsSync(file)) return []
    return fs
      .readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded)
  }

  /** Writes files to the source and says that they are new. */
  created(...paths: string[]): Change[] {
    return paths.map((name) => {
      this.source.write(name, name)
      return change('create', name)
    })
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions) await session.close?.()
    this.source.dispose()
    this.work.dispose()
  }
}

export function change(type: Change['type'], name: string, kind: Kind = 'file', more: Partial<Change> = {}): Change {
  return {
    ...{ type, path: name, kind, previousKind: type === 'create' ? 'none' : kind, content: true, recursive: false },
    ...(type !== 'delete' && { stat: { sizeBytes: 5, mtimeMs: 0, mode: 0o644, uid: 0, gid: 0 } }),
    ...more,
  }
}

export function batch(changes: readonly Change[], more: Partial<Batch> = {}): Batch {
  return { id: 'b1', reason: 'change', attempt: 1, changes, ...more }
}

export function never(): AbortSignal {
  return new AbortController().signal
}

/** Names that shells, tools and lists stumble over; the last is not UTF-8. */
export const AWKWARD = [
  'new\nline',
  "it's",
  'say "hi"',
  '$(touch executed)',
  '`touch executed`',
  '; touch executed',
  '100%',
  'x%label%y',
  'a%%b',
  '-rf',
  '--help',
  ' blank ',
  'cr\r',
  '*',
  '\udcff\udcfe',
]

/** The bytes of such a name, as latin1. */
export function latin1(name: string): string {
  return Array.from(name, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code >= 0xdc80 && code <= 0xdcff ? String.fromCharCode(code - 0xdc00) : Buffer.from(char).toString('latin1')
  }).join('')
}
