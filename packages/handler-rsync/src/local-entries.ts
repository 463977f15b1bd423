import fs from 'node:fs'
import { isAbsent, reasonOf } from './errno.ts'
import { bytes, type Held } from './held.ts'
import type { Listed } from './temp-names.ts'

/** Removes files, links and empty directories; `left` is told by number what stays, and why. */
export function removeEntries(open: Held, names: readonly string[], left: Map<number, string>): void {
  for (const [number, name] of names.entries()) {
    try {
      removeEntry(open.place(name))
    } catch (error) {
      if (!isAbsent(error)) left.set(number, reasonOf(error))
    }
  }
}

/** Renames. An empty directory, a file or a link in the new place goes. `moved`: nothing is at the old place, something at the new one. */
export function moveEntry(from: string, to: string): 'ok' | 'moved' | 'absent' {
  const old = stat(from)
  const taken = stat(to)
  if (old === undefined) return taken === undefined ? 'absent' : 'moved'
  if (from !== to && taken?.ino === old.ino && taken.dev === old.dev && old.nlink > 1n && !old.isDirectory()) {
    // Two names of one file: to rename one to the other does nothing. With one link only, it is one name in two spellings.
    fs.unlinkSync(bytes(from))
    return 'ok'
  }
  if (taken !== undefined && taken.isDirectory() !== old.isDirectory()) removeEntry(to)
  fs.renameSync(bytes(from), bytes(to))
  return 'ok'
}

/** Files and links whose names begin with a dot and hold another. */
export function hiddenIn(open: Held): Listed[] {
  const names = fs.readdirSync(bytes(`${open.self}/`), 'latin1').filter((name) => /^\..*\./su.test(name))
  return names.flatMap((name) => {
    const found = stat(open.place(name))
    const isListed = found !== undefined && (found.isFile() || found.isSymbolicLink())
    return isListed ? [{ name, changedS: Number(found.ctimeNs / SECOND_NS), isMtime: false }] : []
  })
}

function removeEntry(place: string): void {
  if (fs.lstatSync(bytes(place)).isDirectory()) fs.rmdirSync(bytes(place))
  else fs.unlinkSync(bytes(place))
}

function stat(place: string): fs.BigIntStats | undefined {
  return fs.lstatSync(bytes(place), { bigint: true, throwIfNoEntry: false })
}

const SECOND_NS = 1_000_000_000n
