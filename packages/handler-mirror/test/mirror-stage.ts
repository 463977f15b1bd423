import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tempTree, type TempTree } from '@clsync/core/testing'
import type { Batch, Change, HandlerContext, Session, SyncResult } from '@clsync/core/handler'
import mirror from '../src/index.ts'

/** A source, a destination and a session between them. */
export interface MirrorStage {
  readonly source: TempTree
  readonly destination: TempTree
  readonly state: TempTree
  readonly warnings: string[]
  readonly told: string[]
  /** Sets up a session; the one before is closed. */
  open(options?: object, context?: Partial<HandlerContext>): Promise<Session>
  send(changes: readonly Change[], reason?: Batch['reason']): Promise<SyncResult>
  dispose(): Promise<void>
}

/** Everything lies in the system's temporary directory, the destination in `at` when given. */
export function mirrorStage(destination = tempTree()): MirrorStage {
  const source = tempTree()
  const state = tempTree()
  const warnings: string[] = []
  const told: string[] = []
  let session: Session | undefined
  let count = 0
  const log = {
    debug: () => undefined,
    info: (message: string, data?: object) => void told.push(`${message} ${JSON.stringify(data)}`),
    warn: (message: string, data?: object) => void warnings.push(`${message} ${JSON.stringify(data)}`),
  }
  const exec = () => Promise.reject(new Error('the mirror runs no commands'))
  const stage: MirrorStage = {
    source,
    destination,
    state,
    warnings,
    told,
    async open(options = {}, context = {}) {
      await session?.close?.()
      const parsed = mirror.options.parse({ destination: destination.root, ...options })
      session = await mirror.setup(parsed, {
        ...{
          root: source.root,
          stateDir: state.root,
          dryRun: false,
          isKnown: true,
          accept: false,
          log,
          progress: () => undefined,
          exec,
        },
        ...context,
      })
      return session
    },
    async send(changes, reason = 'change') {
      const open = session ?? (await stage.open())
      return (await open.sync({ id: `b${++count}`, reason, attempt: 1, changes }, new AbortController().signal)) ?? {}
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
export const symlink = { kind: 'symlink', previousKind: 'none' } as const

/** Messages of the failed paths, by path. */
export function failures(result: SyncResult): Record<string, string> {
  return Object.fromEntries(
    (result.failed ?? []).map(({ path, error }) => [path, error instanceof Error ? error.message : String(error)]),
  )
}

/** Whether file systems can be mounted here. */
export const canMount = process.platform === 'linux' && process.geteuid?.() === 0 && tryMount()

function tryMount(): boolean {
  const tree = tempTree()
  try {
    mountTmpfs(tree.root, '64k')
    unmount(tree.root)
    return true
  } catch {
    return false
  } finally {
    tree.dispose()
  }
}

export function mountTmpfs(path: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' })
}

export function remount(path: string, option: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${option}`, path], { stdio: 'pipe' })
}

export function unmount(path: string): void {
  execFileSync('umount', [path], { stdio: 'pipe' })
}

export function read(tree: TempTree, path: string): string {
  return fs.readFileSync(tree.at(path), 'utf8')
}

export function look(tree: TempTree, path: string): fs.BigIntStats {
  return fs.lstatSync(tree.at(path), { bigint: true })
}
