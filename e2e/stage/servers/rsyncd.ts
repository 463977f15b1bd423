import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ForegroundServer, freePort, type Server } from './server.ts'

/** A private rsync daemon on this machine with the module `mod`. */
export interface Rsyncd extends Server {
  readonly port: number
  /** What the module holds. */
  readonly directory: string
  /** The module, as a destination. */
  readonly url: string
  dispose(): Promise<void>
}

export interface RsyncdOptions {
  /** Lines for the module's part of rsyncd.conf. */
  readonly more?: readonly string[]
  /** The directory of the module; one of its own by default. */
  readonly directory?: string
}

/** Why there can be none here; `undefined` when there can. */
export const rsyncIsMissing: string | undefined = hasRsync() ? undefined : 'rsync is not installed'

/** Starts one. */
export async function startRsyncd({ more = [], directory }: RsyncdOptions = {}): Promise<Rsyncd> {
  const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-rsyncd-')))
  const module = directory ?? path.join(place, 'mod')
  fs.mkdirSync(module, { recursive: true })
  const port = await freePort()
  const isRoot = process.geteuid?.() === 0
  const lines = [
    `lock file = ${place}/lock`,
    `log file = ${place}/log`,
    'socket options = TCP_NODELAY',
    // Without it a daemon rewrites links that lead out of the module.
    `use chroot = ${isRoot ? 'yes' : 'no'}`,
    'reverse lookup = no',
    '[mod]',
    `path = ${module}`,
    'read only = no',
    'munge symlinks = no',
    ...(isRoot ? ['uid = 0', 'gid = 0'] : []),
    ...more,
    '',
  ]
  fs.writeFileSync(`${place}/rsyncd.conf`, lines.join('\n'))
  const args = ['--daemon', '--no-detach', `--config=${place}/rsyncd.conf`, '--address=127.0.0.1', `--port=${port}`]
  const server = new ForegroundServer('rsync', args, port)
  await server.start()
  return {
    port,
    directory: module,
    url: `rsync://127.0.0.1:${port}/mod`,
    start: () => server.start(),
    stop: () => server.stop(),
    async dispose() {
      await server.stop()
      fs.rmSync(place, { recursive: true, force: true })
    },
  }
}

function hasRsync(): boolean {
  try {
    execFileSync('rsync', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
