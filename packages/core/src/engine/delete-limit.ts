import type { MaxDelete } from '../model/task.ts'

/**
 * Holds deletions that would take too large a share of what a target holds, all within a short time: many small batches of
 * one `rm -rf` count as one.
 */
export interface DeleteLimit {
  /** Whether `count` more may be sent now; counts them when they may. `entries`: what the target holds. */
  allow(count: number, entries: number, now: number): boolean
}

export function createDeleteLimit({ share, above }: MaxDelete, isReleased: boolean): DeleteLimit {
  let recent: { readonly at: number; readonly count: number }[] = []
  return {
    allow(count, entries, now) {
      if (isReleased || share >= 1) return true
      recent = recent.filter(({ at }) => at > now - WINDOW_MS)
      const sum = recent.reduce((total, { count: each }) => total + each, 0)
      const before = entries + sum
      if (before > above && sum + count > share * before) return false
      recent.push({ at: now, count })
      return true
    },
  }
}

const WINDOW_MS = 10_000
