import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ForegroundServer, freePort, type Server } from './server.ts'

/** A private ssh server on this machine, with keys of its own, that lets the user of the test in. */
export interface Sshd extends Server {
  readonly port: number
  /** An ssh config with the host `target` in it. */
  readonly configFile: string
  readonly identityFile: string
  readonly knownHostsFile: string
  dispose(): Promise<void>
}

export interface SshdOptions {
  /** Lines for sshd_config. */
  readonly more?: readonly string[]
}

const PROGRAM = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => fs.existsSync(file))

/** Why there can be none here; `undefined` when there can. */
export const sshdIsMissing: string | undefined =
  PROGRAM === undefined ? 'sshd is not installed (package openssh-server)' : undefined

/** Starts one. */
export async function startSshd({ more = [] }: SshdOptions = {}): Promise<Sshd> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-sshd-'))
  const file = (name: string): string => path.join(directory, name)
  const port = await freePort()
  for (const name of ['host_key', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)])
  fs.copyFileSync(file('id.pub'), file('authorized_keys'))
  if (process.geteuid?.() === 0) fs.mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const [type, key] = fs.readFileSync(file('host_key.pub'), 'utf8').split(' ')
  fs.writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  fs.writeFileSync(file('sshd_config'), serverConfig(port, file, more))
  fs.writeFileSync(file('ssh_config'), clientConfig(port, file))
  const server = new ForegroundServer(PROGRAM!, ['-D', '-e', '-f', file('sshd_config')], port)
  await server.start()
  return {
    port,
    configFile: file('ssh_config'),
    identityFile: file('id'),
    knownHostsFile: file('known_hosts'),
    start: () => server.start(),
    stop: () => server.stop(),
    async dispose() {
      await server.stop()
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}

function serverConfig(port: number, file: (name: string) => string, more: readonly string[]): string {
  return [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${file('host_key')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('sshd.pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UseDNS no',
    'MaxSessions 64',
    'MaxStartups 100:30:200',
    'PrintMotd no',
    'LogLevel ERROR',
    'Subsystem sftp internal-sftp',
    ...more,
    '',
  ].join('\n')
}

function clientConfig(port: number, file: (name: string) => string): string {
  return [
    'Host target 127.0.0.1',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  IdentityFile ${file('id')}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${file('known_hosts')}`,
    '  StrictHostKeyChecking yes',
    '  PreferredAuthentications publickey',
    '  LogLevel ERROR',
    '',
  ].join('\n')
}
