import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { execa } from 'execa'
import { HOP, HOP_FD, hopScript, type Invocation } from './hop.ts'
import { readLines } from './line-reader.ts'
import { endGroup } from './process-group.ts'

export interface Run extends Invocation {
  readonly cwd: string
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** What it reads; without, its stdin is empty. */
  readonly input?: Uint8Array | undefined
  readonly timeoutMs?: number | undefined
  onLine(line: string, stream: 'stdout' | 'stderr'): void
  /** It has begun; what is returned is called when it is over. */
  onBegin(pid: number): () => void
}

export interface End {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
}

/**
 * Runs a program to its end, in a process group of its own. When the signal aborts or the time is over the whole group is ended, and what
 * has left the group is not. What the program leaves running in the background when it ends by itself is left in peace, also when it
 * still holds the output. Rejects with the system's error when it cannot be started, and with the signal's reason when that aborts.
 */
export async function run(options: Run, signal: AbortSignal): Promise<End> {
  signal.throwIfAborted()
  const child = start(options)
  // execa's promise waits for the output too, which may never end; this is about the process.
  const settled = child.catch((error: unknown) => error)
  const { pid } = child
  if (pid === undefined) throw causeOf(await settled)
  const over = options.onBegin(pid)
  readLines(child.stdout, (line) => options.onLine(line, 'stdout'))
  readLines(child.stderr, (line) => options.onLine(line, 'stderr'))
  let timedOut = false
  let ending: Promise<void> | undefined
  const end = (): Promise<void> => (ending ??= endGroup(pid))
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), void end()), options.timeoutMs)
  const onAbort = (): void => void end()
  signal.addEventListener('abort', onAbort)
  try {
    const exited = once(child.nodeChildProcess, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const [code, killedBy] = await exited
    await ending
    await drained([child.stdout, child.stderr])
    signal.throwIfAborted()
    return { exitCode: code ?? undefined, signal: killedBy ?? undefined, timedOut }
  } finally {
    over()
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function start({ file, args, env, umask, cwd, uid, gid, input }: Run) {
  const script = hopScript({ file, args, env, umask })
  const child = execa(script === undefined ? file : '/bin/sh', script === undefined ? args : ['-c', HOP], {
    reject: false,
    buffer: false,
    detached: true,
    cleanup: false,
    cwd,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(script === undefined ? [] : ['pipe' as const])],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  })
  // A program need not read what it is given.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  if (script !== undefined) {
    const pipe = child.stdio[HOP_FD] as unknown as NodeJS.WritableStream // made as a pipe above
    pipe.on('error', () => undefined)
    pipe.end(script)
  }
  return child
}

/** The output that is there has been read, or something in the background holds it open: that may write on, and is not waited for. */
async function drained(streams: readonly Readable[]): Promise<void> {
  const open = streams.filter((stream) => !stream.readableEnded && !stream.destroyed)
  const over = new AbortController()
  const ended = Promise.all(open.map((stream) => once(stream, 'close')))
  await Promise.race([ended, pause(DRAIN_MS, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
  for (const stream of open) if (!stream.readableEnded) (stream as Readable & { unref?(): void }).unref?.()
}

const DRAIN_MS = 500

/** The system's error inside of execa's, which has its code and names the program. */
function causeOf(error: unknown): Error {
  const { originalMessage, code, cause } = error as { originalMessage?: string; code?: string; cause?: unknown }
  if (cause instanceof Error) return cause
  return Object.assign(new Error(originalMessage ?? String(error)), { code })
}
