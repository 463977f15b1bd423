import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  type Batch,
  capabilitiesWith,
  type ExecOptions,
  type ExecResult,
  type Handler,
  type HandlerContext,
  type Session,
  type SyncResult,
} from '../handler.ts'
import { BatchBuilder, type PlannedBatch } from './batch-builder.ts'
import { assertEqualTrees, readTree, type TargetEntry } from './snapshot.ts'
import { type TempTree, tempTree } from './temp-tree.ts'

/** A fresh, empty target for one case. */
export interface Target {
  /** Options for the handler, as a user writes them. */
  readonly options: unknown
  /** What the target holds. Entries may leave out what the target does not keep. */
  read(): Promise<Map<string, TargetEntry>>
  /** Absolute path of the target when it is a local directory: cases that plant something in it run then. */
  readonly directory?: string
  dispose(): Promise<void>
}

/** One case's source, target and session. */
export interface Stage {
  readonly handler: Handler
  readonly source: TempTree
  readonly target: Target
  /** The session of the case; opened on first use. */
  session(): Promise<Session>
  /** What is left to do. */
  plan(reason?: Batch['reason']): PlannedBatch[]
  /** Sends one batch, holds the handler to the contract's rules about results, and takes note of what arrived. */
  send(planned: PlannedBatch, signal?: AbortSignal): Promise<SyncResult | void>
  /** Sends what is left until nothing is. Throws when that does not come to an end. */
  sync(reason?: Batch['reason']): Promise<void>
  /** Throws unless the target equals the source. */
  assertEqual(): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  readonly handler: Handler
  readonly target: () => Promise<Target>
  readonly dryRun?: boolean
}

/** Sets a case up, runs it and clears away after it. */
export async function onStage(options: StageOptions, run: (stage: Stage) => Promise<void>): Promise<void> {
  const source = tempTree()
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-state-'))
  const target = await options.target()
  const stage = new OpenStage(options, source, target, stateDir)
  try {
    await run(stage)
  } finally {
    await stage.close()
    await target.dispose()
    source.dispose()
    fs.rmSync(stateDir, { recursive: true, force: true })
  }
}

class OpenStage implements Stage {
  readonly handler: Handler
  readonly source: TempTree
  readonly target: Target
  readonly #context: HandlerContext
  readonly #builder: BatchBuilder
  #session: Session | undefined

  constructor({ handler, dryRun = false }: StageOptions, source: TempTree, target: Target, stateDir: string) {
    const capabilities = capabilitiesWith(handler, handler.options.parse(target.options))
    this.handler = Object.create(handler, { capabilities: { value: capabilities } }) as Handler
    this.source = source
    this.target = target
    this.#builder = new BatchBuilder(source.root, capabilities)
    this.#context = {
      root: source.root,
      stateDir,
      dryRun,
      isKnown: false,
      accept: false,
      log: SILENT,
      progress: () => undefined,
      exec,
    }
  }

  async session(): Promise<Session> {
    this.#session ??= await this.handler.setup(this.handler.options.parse(this.target.options), this.#context)
    return this.#session
  }

  plan(reason?: Batch['reason']): PlannedBatch[] {
    return this.#builder.build(reason)
  }

  async send(planned: PlannedBatch, signal = new AbortController().signal): Promise<SyncResult | void> {
    const session = await this.session()
    const { batch } = planned
    let result: SyncResult | void
    try {
      result = await session.sync(batch, signal)
    } catch (error) {
      this.#builder.settle(planned, undefined, true)
      throw error
    }
    const paths = new Set(batch.changes.map(({ path: changed }) => changed))
    for (const { path: failed, error } of result?.failed ?? []) {
      assert.ok(paths.has(failed), `the failed path ${JSON.stringify(failed)} is not in the batch`)
      assert.ok(error !== undefined && error !== null, `the failed path ${JSON.stringify(failed)} has no reason`)
    }
    this.#builder.settle(planned, result)
    return result
  }

  async sync(reason?: Batch['reason']): Promise<void> {
    let failures: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const batches = this.plan(reason)
      if (batches.length === 0) return
      failures = []
      for (const planned of batches) {
        const result = await this.send(planned)
        for (const failed of result?.failed ?? []) failures.push(`${JSON.stringify(failed.path)}: ${String(failed.error)}`)
      }
    }
    const left = this.plan(reason).flatMap(({ batch }) => batch.changes)
    if (left.length === 0) return
    throw new Error(`after ${ROUNDS} rounds ${left.length} changes are left; failed in the last:\n  ${failures.join('\n  ')}`)
  }

  async assertEqual(): Promise<void> {
    const { byteNames, deletes, kinds } = this.handler.capabilities
    const source = readTree(this.source.root)
    for (const [name, { kind }] of source) {
      if (!kinds.includes(kind) || (!byteNames && /[\uDC80-\uDCFF]/u.test(name))) source.delete(name)
    }
    assertEqualTrees(source, await this.target.read(), deletes ? 'forbidden' : 'allowed')
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.close?.()
  }
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined }

/** A failed path may need a second try, a move that failed becomes delete and create. */
const ROUNDS = 6

/** Runs a command in a process group of its own, so that what it started ends with it. */
function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const env = options.env === undefined ? process.env : { ...process.env, ...options.env }
    const child = spawn(command, args, { cwd: options.cwd, env, detached: true, stdio: 'pipe' })
    const out = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text))
    const end = (): void => {
      // A process that did not start has no group.
      if (child.pid !== undefined) kill(child.pid)
    }
    options.signal?.addEventListener('abort', end)
    child.on('error', reject)
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', end)
      resolve({ exitCode: code ?? undefined, ...out })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
  })
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
