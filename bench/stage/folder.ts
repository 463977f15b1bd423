import fs from 'node:fs'
import os from 'node:os'

const MEMORY = '/dev/shm'
const GIB = 2 ** 30

/**
 * In memory when there is room for the trees of a run: what a disk and its journal do would be most of what is measured, and other
 * for each contender. (An ext4 without a journal, as in some virtual machines, takes 0.7 ms for a new file when many were removed.)
 */
export function defaultFolder(quick: boolean): string {
  return freeBytes(MEMORY) > (quick ? 2 : 12) * GIB ? MEMORY : os.tmpdir()
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0 // not on this system
  }
}
