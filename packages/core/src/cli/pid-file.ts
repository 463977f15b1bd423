import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { ClsyncError } from '../model/error.ts'

/**
 * Writes the number of this process and returns what removes the file again, unless another process has written it since. It
 * guards nothing: that no two run one task is seen to by the state directory. Throws `CLI_USAGE` when it cannot be written.
 */
export function writePidFile(file: string): () => void {
  const own = `${process.pid}\n`
  const temporary = `${file}.${process.pid}`
  try {
    writeFileSync(temporary, own)
    renameSync(temporary, file)
  } catch (cause) {
    throw new ClsyncError('CLI_USAGE', {
      message: `The pid file ${file} cannot be written.`,
      why: (cause as Error).message,
      fix: 'Make its directory, or name another file with --pid-file.',
      cause,
    })
  }
  return () => {
    try {
      if (readFileSync(file, 'utf8') === own) unlinkSync(file)
    } catch {
      // Somebody has removed it.
    }
  }
}
