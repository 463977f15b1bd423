import { type InventoryEntry, nameText } from '@clsync/core/handler'

/** Reads what `rsync --list-only` prints: `drwxr-xr-x  4,096 2026/11/24 17:10:14 name`, with what cannot be printed as `\#ooo`. */
export function* readListing(listing: string): Generator<InventoryEntry> {
  for (const line of listing.split('\n')) {
    const found = /^([-dlbcps])\S{9}[.+@]?\s+[\d,]+ \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (.*)$/su.exec(line)
    if (!found) continue
    const [, type, name] = found
    const bytes = name!.replace(/\\#([0-7]{3})/gu, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (bytes !== '.') yield { path: nameText(Buffer.from(bytes, 'latin1')), kind: KINDS[type!] ?? 'other' }
  }
}

const KINDS: Readonly<Record<string, InventoryEntry['kind']>> = { '-': 'file', d: 'directory', l: 'symlink' }
