import type { MaxDelete } from '../model/task.ts'

/**
 * Holds deletions that would take too large a share of what a target holds, all within a short time: many small batches of
 * one `rm -rf` count as one.
 */
export interface DeleteLimit {
  /** Whether `count` more may be sent now. `entries`: what the target holds. */
  allows(count: number, entries: number, now: number): boolean
  /** Counts deletions that are sent. */
  send(count: number, now: number): void
  /** So many of those sent came to nothing, or may have: they will be asked for once more. */
  giveBack(count: number): void
  /** Deletions that count now. */
  recent(now: number): number
  /** Those of an earlier run count no more. */
  forgetEarlier(): void
}

/** `earlier`: what counted when an earlier run began to hold; it counts for as long as anything is held. */
export function createDeleteLimit({ share, above }: MaxDelete, isReleased: boolean, earlier = 0): DeleteLimit {
  let recent: { readonly at: number; count: number }[] = []
  let before = earlier
  const sumAt = (now: number): number => {
    recent = recent.filter(({ at }) => at > now - WINDOW_MS)
    return recent.reduce((total, { count: each }) => total + each, before)
  }
  return {
    recent: sumAt,
    forgetEarlier: () => void (before = 0),
    allows(count, entries, now) {
      if (isReleased || share >= 1) return true
      const sum = sumAt(now)
      const all = entries + sum
      return all <= above || sum + count <= share * all
    },
    send(count, now) {
      if (count > 0) recent.push({ at: now, count })
    },
    giveBack(count) {
      for (let left = count; left > 0 && recent.length > 0;) {
        const last = recent.at(-1)!
        const taken = Math.min(left, last.count)
        last.count -= taken
        left -= taken
        if (last.count === 0) recent.pop()
      }
    },
  }
}

const WINDOW_MS = 10_000
