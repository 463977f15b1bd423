import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cpuMsOf, endedChildrenCpuMs, type Memory, memoryOf } from './usage.ts'

/** The built command. */
export const CLSYNC = path.resolve(import.meta.dirname, '../../packages/core/bin/clsync.js')
const PATIENCE_MS = 300_000

/** Those that run now; a bench that is cut short leaves none behind. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A sync program that runs beside the bench, as a process of its own. */
export interface Program {
  readonly pid: number
  /** From its start until it said that it is ready. */
  readonly readyMs: number
  /** CPU time so far. */
  cpuMs(): number
  memory(): Memory
  /** Resolves when it uses no CPU to speak of. */
  rest(): Promise<void>
  stop(): Promise<void>
}

/** Starts a Node program; resolves when it has written "ready" to its output. What it writes goes to `log`. */
export async function startProgram(args: readonly string[], log: string): Promise<Program> {
  const startedAt = performance.now()
  // A file, not a pipe: a bench that is busy looking must not hold up the one that it measures.
  const output = fs.openSync(log, 'w')
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, output] })
  fs.closeSync(output)
  running.add(child)
  child.once('exit', () => running.delete(child))
  const { pid } = child
  if (pid === undefined) throw new Error(`${args[0]} could not be started`)
  while (!/\bready\b/.test(fs.readFileSync(log, 'utf8'))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${args[0]} ended:\n${fs.readFileSync(log, 'utf8')}`)
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error(`${args[0]} was not ready in time, see ${log}`)
    await pause(2)
  }
  return {
    pid,
    readyMs: performance.now() - startedAt,
    cpuMs: () => cpuMsOf(pid),
    memory: () => memoryOf(pid),
    rest: () => rest(pid),
    stop: () => stop(child),
  }
}

export interface Cost {
  readonly wallMs: number
  /** In ticks of 10 ms. */
  readonly cpuMs: number
}

/** Runs a command to its end, as a measure to compare with. Its output is thrown away. */
export function runCommand(command: string, args: readonly string[]): Cost {
  const cpuBefore = endedChildrenCpuMs()
  const startedAt = performance.now()
  const { status, error, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  const wallMs = performance.now() - startedAt
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`)
  return { wallMs, cpuMs: endedChildrenCpuMs() - cpuBefore }
}

async function rest(pid: number): Promise<void> {
  for (let before = -Infinity; ;) {
    const now = cpuMsOf(pid)
    if (now - before < 1) return
    before = now
    await pause(150)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
