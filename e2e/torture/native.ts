import { createRequire } from 'node:module'

/** What is used of the package koffi, which the core depends on and the workspace does not. */
export interface Library {
  func(declaration: string): (...args: unknown[]) => unknown
}

/** The C library; `undefined` where it cannot be had. */
export const libc: Library | undefined = load()

function load(): Library | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const require = createRequire(new URL('../../packages/core/package.json', import.meta.url))
    const koffi = require('koffi') as { load(library: null): Library } // as its documentation says
    return koffi.load(null)
  } catch {
    return undefined
  }
}
