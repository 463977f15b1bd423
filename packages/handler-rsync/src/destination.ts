import path from 'node:path'

/** Where the copy goes. */
export type Destination = LocalDestination | SshDestination | DaemonDestination

interface LocalDestination {
  readonly kind: 'local'
  /** Absolute. */
  readonly path: string
}

export interface SshDestination {
  readonly kind: 'ssh'
  readonly user?: string
  readonly host: string
  readonly port?: number
  /** Absolute, or relative to the home directory there; `.` is that directory. */
  readonly path: string
}

interface DaemonDestination {
  readonly kind: 'daemon'
  readonly user?: string
  readonly host: string
  readonly port?: number
  readonly module: string
  /** Below the module; `''` is the module itself. */
  readonly path: string
}

/**
 * Reads a destination as rsync's users write it: a path, `host:path`, `user@host:path`, `ssh://host:port/path`, `host::module/path` or
 * `rsync://host:port/module/path`. A colon after the first slash is part of a path. Throws an error that says what is wrong.
 */
export function parseDestination(text: string): Destination {
  if (/\0|\n/u.test(text)) throw new Error('holds a line break or a NUL')
  const url = /^(ssh|rsync):\/\/([^/]*)(\/.*)?$/iu.exec(text)
  if (url) return fromUrl(url[1]!.toLowerCase(), url[2]!, url[3] ?? '')
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(text)) throw new Error('is none of a path, host:path, ssh:// and rsync://')
  const remote = /^((?:[^@/:]+@)?(?:\[[^\]/]+\]|[^/:@[]+))(::?)(.*)$/su.exec(text)
  if (remote) return remote[2] === '::' ? daemon(authority(remote[1]!), remote[3]!) : ssh(authority(remote[1]!), remote[3]!)
  const local = path.resolve(text)
  if (local === '/') throw new Error('is the root of the file system')
  return { kind: 'local', path: local }
}

/** As text for people, and to tell one target from another. */
export function destinationText(destination: Destination): string {
  if (destination.kind === 'local') return destination.path
  const at = place(destination)
  return destination.kind === 'ssh' ? `ssh://${at}/${destination.path}` : `rsync://${at}/${trailing(destination)}`
}

/** What rsync is told: with a slash at the end, the directory's content is meant. */
export function rsyncDestination(destination: Destination): string {
  if (destination.kind === 'local') return `${destination.path}/`
  if (destination.kind === 'daemon') return `rsync://${place(destination)}/${trailing(destination)}/`
  const { user, host, path: directory } = destination
  return `${user === undefined ? '' : `${user}@`}${bracketed(host)}:${directory}/`
}

/** The directory as messages of the receiving rsync name it. */
export function receivingDirectory(destination: Destination): string {
  if (destination.kind !== 'daemon') return destination.path
  return destination.path === '' ? '' : `/${destination.path}`
}

function trailing({ module, path: below }: DaemonDestination): string {
  return below === '' ? module : `${module}/${below}`
}

interface Authority {
  readonly user?: string
  readonly host: string
  readonly port?: number
}

function place({ user, host, port }: Authority): string {
  return `${user === undefined ? '' : `${user}@`}${bracketed(host)}${port === undefined ? '' : `:${port}`}`
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function fromUrl(scheme: string, at: string, rest: string): Destination {
  if (scheme === 'rsync') return daemon(authority(at), rest.slice(1))
  // As in a URL of git: what begins with a tilde lies in the home directory.
  return ssh(authority(at), rest.startsWith('/~') ? rest.slice(1) : rest)
}

function authority(text: string): Authority {
  const parts = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/u.exec(text)
  if (!parts) throw new Error(`names no host in "${text}"`)
  const [, user, written, port] = parts
  const host = written!.replace(/^\[|\]$/gu, '')
  // What begins with a dash would be an option to ssh and rsync.
  if (!/^[\w.:%][\w.:%-]*$/u.test(host)) throw new Error(`has a host that cannot be: "${host}"`)
  if (user !== undefined && !/^[^\s\-:/'"][^\s:/'"]*$/u.test(user)) throw new Error(`has a user that cannot be: "${user}"`)
  return { ...(user !== undefined && { user }), host, ...(port !== undefined && { port: Number(port) }) }
}

function ssh(at: Authority, directory: string): SshDestination {
  const path = withoutSlashes(directory.replace(/^~(?=\/|$)\/*/u, ''))
  if (path.startsWith('~')) throw new Error('begins with the home directory of another user: write the path itself')
  if (path === '' && directory.startsWith('/')) throw new Error('is the root of the file system')
  return { kind: 'ssh', ...at, path: path === '' ? '.' : path }
}

function daemon(at: Authority, rest: string): DaemonDestination {
  const [module, ...below] = withoutSlashes(rest).split('/')
  if (module === undefined || module === '') throw new Error('names no module: rsync://host/module/path')
  return { kind: 'daemon', ...at, module, path: below.join('/') }
}

function withoutSlashes(text: string): string {
  return text.replace(/\/+$/u, '').replace(/\/{2,}/gu, '/')
}
