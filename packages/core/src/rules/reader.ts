import fs from 'node:fs'
import { isAbsent } from '../model/file-system.ts'
import { fromText, fsPathIn, toText } from '../model/path.ts'
import type { IgnoreFileReader } from './ignore-files.ts'

/** Larger than any that people write; each byte costs about ten of memory. */
const MAX_BYTES = 1024 * 1024

/**
 * Reads ignore files below `source` (absolute, as text). Like git it follows no symbolic link; it never waits for a fifo.
 * What is there but cannot be used is told to `warn` once a path. Throws when the file cannot be read now.
 */
export function ignoreFileReader(source: string, warn: (message: string) => void = () => undefined): IgnoreFileReader {
  const root = fromText(source)
  const warned = new Set<string>()
  const warnOnce = (path: string, message: string) => {
    // A tree full of such files must not fill the memory.
    if (warned.has(path) || warned.size >= 1000) return
    warned.add(path)
    warn(message)
  }
  return (path) => {
    let file: number
    try {
      file = fs.openSync(fsPathIn(root, path), FLAGS)
    } catch (error) {
      if (isAbsent(error)) return undefined
      const code = (error as NodeJS.ErrnoException).code
      warnOnce(
        path,
        `${toText(path)} is not honoured: ${code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be read (${code})`}.`,
      )
      if (code === 'ELOOP') return undefined
      throw error
    }
    try {
      const stat = fs.fstatSync(file)
      if (!stat.isFile()) return undefined
      if (stat.size <= MAX_BYTES) return fs.readFileSync(file, 'latin1')
      warnOnce(path, `${toText(path)} is not honoured: it has ${stat.size} bytes, more than ${MAX_BYTES}.`)
      return undefined
    } finally {
      fs.closeSync(file)
    }
  }
}

/** Flags that a platform lacks are left out. */
const FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
