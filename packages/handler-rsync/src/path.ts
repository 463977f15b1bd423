import { sourcePath } from '@clsync/core/handler'

/** The directory that holds `path`; of a top entry the root, `''`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** The last part of `path`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`)
}

/** Number of parts. */
export function depthOf(path: string): number {
  return path.split('/').length
}

/** The bytes of a change's path, one character each (latin1). */
export function bytesOf(path: string): string {
  return rawPath(`/${path}`).slice(1)
}

/** The bytes of a path as text, one character each (latin1). */
export function rawPath(path: string): string {
  const raw = sourcePath(path, '')
  return typeof raw === 'string' ? raw : raw.toString('latin1')
}
