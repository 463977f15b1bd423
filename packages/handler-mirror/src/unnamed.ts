import fs from 'node:fs'
import { codeOf } from './failure.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { changeIn } from './place.ts'

/** A new file in `directory`, open and without a name; `undefined` where it has to have one from the start. */
export function openUnnamed(pass: Pass, directory: string, mode: number): number | undefined {
  const { mirror, fresh } = pass
  // Elsewhere something may have to be replaced, and who watches the directory may wait for a file to be closed or renamed.
  if (mirror.unnamed === false || mirror.metadata.name === undefined || !fresh.has(directory)) return undefined
  try {
    return changeIn(pass, directory, () => fs.openSync(pass.to(directory), UNNAMED, mode))
  } catch (error) {
    return refuse(pass, error)
  }
}

/** Finishes the file, made with `mode`, and gives it its name, all at once. False: the name is taken, or that cannot be here. */
export function nameUnnamed(pass: Pass, path: string, fd: number, mode: number, want: fs.BigIntStats): boolean {
  const { metadata } = pass.mirror
  const directory = parentOf(path)
  if (pass.born?.directory !== directory || pass.born.mode !== mode) pass.born = { directory, mode, made: fs.fstatSync(fd) }
  metadata.finishUnnamed(fd, pass.born.made, want)
  try {
    metadata.name?.(fd, pass.to(path))
    pass.mirror.unnamed = true
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') refuse(pass, error)
    return false
  }
}

/** Never again, unless it has worked before: then the error is one of this file. */
function refuse(pass: Pass, error: unknown): undefined {
  if (pass.mirror.unnamed === true || !UNABLE.has(codeOf(error) ?? '')) throw error
  pass.mirror.unnamed = false
}

/** Who does not know of it takes it for the directory, to be written to. */
const UNABLE = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL', 'ENOENT', 'EPERM', 'EACCES', 'EXDEV'])
/** `O_TMPFILE`, for which Node has no name. */
const UNNAMED = fs.constants.O_WRONLY | 0o20000000 | (fs.constants.O_DIRECTORY ?? 0)
