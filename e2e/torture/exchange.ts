import { createRequire } from 'node:module'

/** What is used of the package koffi, which the core depends on and the workspace does not. */
interface Koffi {
  load(library: null): { func(declaration: string): (...args: unknown[]) => unknown }
}

/** Swaps two places in one system call; returns whether that was done. `undefined` where the call cannot be had. */
export const exchange: ((a: Buffer, b: Buffer) => boolean) | undefined = bind()

function bind(): ((a: Buffer, b: Buffer) => boolean) | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const require = createRequire(new URL('../../packages/core/package.json', import.meta.url))
    const koffi = require('koffi') as Koffi // as declared above
    const rename = koffi.load(null).func('int renameat2(int, const char *, int, const char *, unsigned int)')
    return (a, b) => rename(AT_FDCWD, terminated(a), AT_FDCWD, terminated(b), RENAME_EXCHANGE) === 0
  } catch {
    return undefined
  }
}

function terminated(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.from([0])])
}

const AT_FDCWD = -100
const RENAME_EXCHANGE = 2
