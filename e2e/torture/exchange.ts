import { libc } from './native.ts'

/** Swaps two places in one system call; returns whether that was done. `undefined` where the call cannot be had. */
export const exchange: ((a: Buffer, b: Buffer) => boolean) | undefined = bind()

function bind(): ((a: Buffer, b: Buffer) => boolean) | undefined {
  const rename = libc?.func('int renameat2(int, const char *, int, const char *, unsigned int)')
  if (rename === undefined) return undefined
  return (a, b) => rename(AT_FDCWD, terminated(a), AT_FDCWD, terminated(b), RENAME_EXCHANGE) === 0
}

function terminated(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.from([0])])
}

const AT_FDCWD = -100
const RENAME_EXCHANGE = 2
