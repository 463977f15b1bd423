import fs from 'node:fs'
import { ensureParent } from './directory.ts'
import { codeOf, isAbsent } from './failure.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { changeIn, discard, put } from './place.ts'

/** Makes the link at `path` say what the source's says, replacing it in one step. Never follows either. */
export function bringSymlink(pass: Pass, path: string, source: fs.BigIntStats): void {
  const text = readLink(pass.from(path))
  if (text === undefined) return pass.isGone(path)
  ensureParent(pass, path)
  const parent = parentOf(path)
  const there = pass.fresh.has(parent) ? undefined : fs.lstatSync(pass.to(path), EXACT)
  if (there?.isSymbolicLink() === true && readLink(pass.to(path))?.equals(text) === true) {
    pass.mirror.metadata.finishEntry(pass.to(path), pass.from(path), there, source)
    return
  }
  const temp = pass.mirror.temps.next(parent)
  changeIn(pass, parent, () => fs.symlinkSync(text, pass.to(temp)))
  try {
    const made = fs.lstatSync(pass.to(temp), { bigint: true })
    pass.mirror.metadata.finishEntry(pass.to(temp), pass.from(path), made, source)
    put(pass, temp, path)
  } catch (error) {
    discard(pass, temp)
    throw error
  }
}

/** `undefined` when it is no link any more. */
function readLink(path: string | Buffer): Buffer | undefined {
  try {
    return fs.readlinkSync(path, 'buffer')
  } catch (error) {
    if (isAbsent(error) || codeOf(error) === 'EINVAL') return undefined
    throw error
  }
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const
