import fs from 'node:fs'
import zlib from 'node:zlib'

/**
 * A checksum beside a database that was closed in order: while it fits, the file is what was written, and need not be looked
 * through. Throws nothing; without a seal the file is only looked through.
 */
export function seal(file: string): void {
  try {
    if (!fs.existsSync(`${file}-wal`)) fs.writeFileSync(sealOf(file), checksum(file))
  } catch {
    // No space, perhaps.
  }
}

/** `broken`: it does not fit, so others have changed the file. */
export type SealState = 'whole' | 'broken' | 'missing'

export function sealState(file: string): SealState {
  try {
    if (!fs.existsSync(sealOf(file))) return 'missing'
    return fs.readFileSync(sealOf(file), 'utf8') === checksum(file) && !fs.existsSync(`${file}-wal`) ? 'whole' : 'broken'
  } catch {
    return 'broken'
  }
}

/** Before anything is changed. */
export function breakSeal(file: string): void {
  fs.rmSync(sealOf(file), { force: true })
}

function sealOf(file: string): string {
  return `${file}-sum`
}

function checksum(file: string): string {
  const part = Buffer.allocUnsafe(PART_BYTES)
  const fd = fs.openSync(file, 'r')
  try {
    let sum = 0
    let size = 0
    for (let read = fs.readSync(fd, part); read > 0; read = fs.readSync(fd, part)) {
      sum = zlib.crc32(part.subarray(0, read), sum)
      size += read
    }
    return `${size} ${sum}\n`
  } finally {
    fs.closeSync(fd)
  }
}

const PART_BYTES = 1 << 20
