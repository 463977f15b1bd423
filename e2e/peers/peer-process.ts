import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { until } from '../stage/until.ts'
import type { Launch, Running } from '../torture/contender.ts'

const PATIENCE_MS = 20_000

export interface PeerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether it watches by now. */
  readonly isReady: (running: Running) => boolean
}

/** Starts a program as the head of a process group, so that it can be killed with what it has started. */
export function startPeer({ command, args, env, isReady }: PeerCommand, launch: Launch): Running {
  const [program = command, ...words] = [...launch.prefix, command, ...args]
  const child = spawn(program, words, {
    env: { ...process.env, ...env, ...launch.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  let ended: Running['ended']
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  // Not `close`: a child that outlives it may hold its output open.
  child.on('exit', (code, signal) => {
    ended = { code, signal }
    killGroup(running.pid, 'SIGKILL')
  })
  child.on('error', (error) => {
    output += String(error)
    ended = { code: null, signal: null }
  })
  const load = new Load(child.pid ?? -1)
  const running: Running = {
    pid: child.pid ?? -1,
    get output() {
      return output
    },
    get ended() {
      return ended
    },
    get isBusy() {
      return load.isHigh()
    },
    ready: () => until(`${command} to watch`, () => isReadyOrEnded(running, isReady), { timeoutMs: PATIENCE_MS }),
    kill: (signal = 'SIGKILL') => killGroup(running.pid, signal),
    end: () => until(`the end of ${command}`, () => ended, { timeoutMs: PATIENCE_MS }),
  }
  return running
}

/** How much a process works. */
class Load {
  readonly #pid: number
  #askedAt = performance.now()
  #cpuMs = 0

  constructor(pid: number) {
    this.#pid = pid
  }

  /** Whether it has a child, or worked more than half of the time since this was asked last. */
  isHigh(): boolean {
    const { cpuMs, hasChildren } = this.#look()
    const now = performance.now()
    const isHigh = hasChildren || cpuMs - this.#cpuMs > (now - this.#askedAt) / 2
    this.#askedAt = now
    this.#cpuMs = cpuMs
    return isHigh
  }

  #look(): { cpuMs: number; hasChildren: boolean } {
    const folder = `/proc/${this.#pid}`
    try {
      const fields = readFileSync(`${folder}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ')
      // In ticks of 10 ms.
      const cpuMs = (Number(fields[12]) + Number(fields[13])) * 10
      return { cpuMs, hasChildren: readFileSync(`${folder}/task/${this.#pid}/children`, 'utf8') !== '' }
    } catch {
      return { cpuMs: 0, hasChildren: false } // it has ended
    }
  }
}

/** Whether a process has a watch of inotify. */
export function hasWatch(pid: number): boolean {
  const folder = `/proc/${pid}/fdinfo`
  try {
    return readdirSync(folder).some((fd) => /^inotify wd:/m.test(readFileSync(`${folder}/${fd}`, 'utf8')))
  } catch {
    return false // it has ended, or closed the descriptor meanwhile
  }
}

/** One that has ended is not waited for: it will be started again. */
function isReadyOrEnded(running: Running, isReady: PeerCommand['isReady']): boolean {
  return running.ended !== undefined || isReady(running)
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
