import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Rsyncd } from '../../e2e/stage/servers/rsyncd.ts'
import type { Sshd } from '../../e2e/stage/servers/sshd.ts'
import { CLSYNC, startProgram } from '../stage/program.ts'
import { familyCpuMs } from './family.ts'

/** Somebody who brings single changes to a target. */
export interface Contender {
  readonly name: string
  readonly source: string
  readonly target: string
  /** Called when the paths have changed; daemons find out by themselves. */
  tell(paths: readonly string[]): void
  cpuMs(): number
  stop(): Promise<void>
}

export interface Ground {
  readonly source: string
  readonly target: string
  readonly sshd: Sshd | undefined
  readonly rsyncd: Rsyncd | undefined
}

/** Starts clsync with the rsync handler. */
export async function clsync(name: string, { source, target }: Ground, destination: string, options: object): Promise<Contender> {
  const config = `${target}.clsync.config.json`
  const targets = { copy: { handler: '@clsync/handler-rsync', destination, options } }
  fs.writeFileSync(config, JSON.stringify({ source, targets, stateDir: `${target}.state`, schedule: { delay: 0 } }))
  const program = await startProgram([CLSYNC, '--config', config, '--log-format', 'json'], `${target}.log`)
  return { name, source, target, tell: () => undefined, cpuMs: () => familyCpuMs(program.pid), stop: () => program.stop() }
}

/** Starts lsyncd with its rsync layer and without delay; resolves when a first change has arrived. */
export async function lsyncd({ source, target }: Ground): Promise<Contender> {
  const config = `${target}.lua`
  fs.writeFileSync(
    config,
    `settings { insist = true }
sync { default.rsync, source = ${JSON.stringify(source)}, target = ${JSON.stringify(target)}, delay = 0, rsync = { archive = true, _extra = { "--modify-window=-1" } } }
`,
  )
  const child = spawn('lsyncd', ['-nodaemon', config], { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  for (let at = 0; !fs.existsSync(`${target}/marker-${at}`); await pause(200)) fs.writeFileSync(`${source}/marker-${++at}`, '')
  return {
    ...{ name: 'lsyncd', source, target },
    tell: () => undefined,
    cpuMs: () => familyCpuMs(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM')
    },
  }
}

/** Runs rsync for what has changed, each time anew. */
export function byHand(name: string, { source, target }: Ground, more: readonly string[], destination: string): Contender {
  const args = [
    '-lptgoD',
    '--dirs',
    '--from0',
    '--files-from=-',
    '--delete-missing-args',
    '--modify-window=-1',
    ...more,
    `${source}/`,
    `${destination}/`,
  ]
  return {
    ...{ name, source, target },
    tell: (paths) => runRsync(args, paths, MOST_ATTEMPTS),
    // Nobody looks for changes, and what children have used is known of all together alone.
    cpuMs: () => NaN,
    stop: async () => undefined,
  }
}

/** As a person would, once more when it has failed. */
function runRsync(args: readonly string[], paths: readonly string[], attempts: number): void {
  const child = spawn('rsync', args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => undefined).end(paths.map((path) => `${path}\0`).join(''))
  child.on('exit', (code) => {
    if (code !== 0 && attempts > 1) runRsync(args, paths, attempts - 1)
  })
}

const MOST_ATTEMPTS = 3

/** Whether a command can be run here. */
export function has(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}
