import type { InventoryEntry } from '@clsync/core/handler'

/** An entry of the target. */
export interface Listing {
  /** Its path, one character a byte. */
  readonly bytes: string
  readonly kind: InventoryEntry['kind']
  /** The second of its modification time. */
  readonly mtimeS: number
}

/** Reads what `rsync --list-only` prints in UTC: `drwxr-xr-x  4,096 2026/11/24 17:10:14 name`, with what cannot be printed as `\#ooo`. */
export function* readListing(listing: string): Generator<Listing> {
  for (const line of listing.split('\n')) {
    const found = /^([-dlbcps])\S{9}[.+@]?\s+[\d,]+ (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) (.*)$/su.exec(line)
    if (!found) continue
    const [, type, year, month, day, time, name] = found
    const bytes = name!.replace(/\\#([0-7]{3})/gu, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    const mtimeS = Date.parse(`${year}-${month}-${day}T${time}Z`) / 1000
    if (bytes !== '.') yield { bytes, kind: KINDS[type!] ?? 'other', mtimeS }
  }
}

const KINDS: Readonly<Record<string, InventoryEntry['kind']>> = { '-': 'file', d: 'directory', l: 'symlink' }
