import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { tempTree, type TempTree } from '@clsync/core/testing'
import type { Batch, Change, ExecResult, HandlerContext, Session, SyncResult } from '@clsync/core/handler'
import rsync from '../src/index.ts'

/** A source, a destination and a session between them. */
export interface RsyncStage {
  readonly source: TempTree
  readonly destination: TempTree
  readonly state: TempTree
  readonly warnings: string[]
  readonly told: string[]
  /** Sets up a session; the one before is closed. */
  open(options?: object, context?: Partial<HandlerContext>): Promise<Session>
  send(changes: readonly Change[], more?: Partial<Batch>): Promise<SyncResult>
  /** As if clsync had been killed: what it has started lives on, and nothing is closed. */
  crash(): void
  dispose(): Promise<void>
}

export function rsyncStage(): RsyncStage {
  const [source, destination, state] = [tempTree(), tempTree(), tempTree()]
  const warnings: string[] = []
  const told: string[] = []
  let session: Session | undefined
  let count = 0
  const log = {
    debug: () => undefined,
    info: (message: string, data?: object) => void told.push(`${message} ${JSON.stringify(data)}`),
    warn: (message: string, data?: object) => void warnings.push(`${message} ${JSON.stringify(data)}`),
  }
  const known = { root: source.root, stateDir: state.root, dryRun: false, isKnown: false, accept: false }
  const stage: RsyncStage = {
    ...{ source, destination, state, warnings, told },
    async open(options = {}, context = {}) {
      await session?.close?.()
      session = undefined
      const parsed = rsync.options.parse({ destination: destination.root, ...options })
      session = await rsync.setup(parsed, { ...known, log, progress: () => undefined, exec, ...context })
      return session
    },
    async send(changes, more = {}) {
      const open = session ?? (await stage.open())
      const batch: Batch = { id: `b${++count}`, reason: 'change', attempt: 1, changes, ...more }
      return (await open.sync(batch, new AbortController().signal)) ?? {}
    },
    crash() {
      session = undefined
    },
    async dispose() {
      await session?.close?.()
      for (const tree of [source, destination, state]) tree.dispose()
    },
  }
  return stage
}

/** A change with what most of them say. */
export function change(type: Change['type'], path: string, more: Partial<Change> = {}): Change {
  return { type, path, kind: 'file', previousKind: type === 'create' ? 'none' : 'file', content: true, recursive: false, ...more }
}

export const directory = { kind: 'directory', previousKind: 'none' } as const

/** Messages of the failed paths, by path. */
export function failures(result: SyncResult): Record<string, string> {
  return Object.fromEntries(
    (result.failed ?? []).map(({ path, error }) => [path, error instanceof Error ? error.message : String(error)]),
  )
}

export function read(tree: TempTree, path: string): string {
  return fs.readFileSync(tree.at(path), 'utf8')
}

export function look(tree: TempTree, path: string): fs.BigIntStats {
  return fs.lstatSync(tree.at(path), { bigint: true })
}

async function exec(command: string, args: readonly string[]): Promise<ExecResult> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { exitCode: code ?? undefined, ...out }
}
