import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'

/** A daemon of a test that can be stopped and started again, with the same place and data. */
export interface Server {
  start(): Promise<void>
  /** Ends it with everything that it has started; connections break. */
  stop(): Promise<void>
}

/** A program in the foreground that listens on a port of this machine. */
export class ForegroundServer implements Server {
  readonly #command: string
  readonly #args: readonly string[]
  readonly #port: number
  #child: ChildProcess | undefined

  constructor(command: string, args: readonly string[], port: number) {
    this.#command = command
    this.#args = args
    this.#port = port
  }

  async start(): Promise<void> {
    const child = spawn(this.#command, this.#args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4096)))
    let ended = false
    child.on('error', (error) => (said += String(error)))
    child.on('close', () => (ended = true))
    this.#child = child
    while (!(await isListening(this.#port))) {
      if (ended) throw new Error(`${this.#command} does not run: ${said}`)
    }
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null) return
    const closed = once(child, 'exit')
    for (const pid of familyOf(child.pid).toReversed()) end(pid)
    await closed
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    const settle = (is: boolean): void => {
      socket.destroy()
      setTimeout(() => resolve(is), is ? 0 : 20)
    }
    socket.on('connect', () => settle(true)).on('error', () => settle(false))
  })
}

/** A process and all that it has started, also in sessions of their own. */
function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap((child) => familyOf(child))]
}

function childrenOf(pid: number): number[] {
  try {
    return fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number)
  } catch {
    return []
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
}
