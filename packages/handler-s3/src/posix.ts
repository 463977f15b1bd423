import type fs from 'node:fs'

/**
 * What is kept of a file in the metadata of its object: `mtime` in seconds with a fraction, as rclone and s3fs read it, and for
 * `posix` its mode (with its kind), uid and gid, in decimal, as s3fs does. As one text, fields parted by spaces.
 */
export type Posix = string

export type PosixMode = 'posix' | 'mtime' | 'none'

export function posixOf(stat: fs.BigIntStats, mode: PosixMode): Posix {
  // The time of a directory follows what is done in it, of which nobody is told.
  const mtime = stat.isDirectory() ? '-' : seconds(stat.mtimeNs)
  if (mode === 'none') return ''
  return mode === 'mtime' ? mtime : `${mtime} ${stat.mode} ${stat.uid} ${stat.gid}`
}

/** As fields of metadata. */
export function toMetadata(posix: Posix): Record<string, string> {
  const [mtime, mode, uid, gid] = posix === '' ? [] : posix.split(' ')
  return {
    ...(mtime !== undefined && mtime !== '-' && { mtime }),
    ...(mode !== undefined && uid !== undefined && gid !== undefined && { mode, uid, gid }),
  }
}

function seconds(ns: bigint): string {
  const whole = ns >= 0n ? ns / 1_000_000_000n : (ns - 999_999_999n) / 1_000_000_000n
  return `${whole}.${String(ns - whole * 1_000_000_000n).padStart(9, '0')}`
}
