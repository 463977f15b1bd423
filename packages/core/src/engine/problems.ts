import { fromText, type RawPath } from '../model/path.ts'
import { reasonOf } from '../model/reason.ts'
import type { Problem } from '../observe/status.ts'

/** Paths that cannot be synced now, with the reason of the last attempt. */
export interface Problems {
  add(path: string, error: unknown): Problem
  solve(path: string): void
  has(path: string): boolean
  /** At most `limit` of them, the oldest first. */
  list(limit: number): Problem[]
  paths(): RawPath[]
  readonly size: number
}

/** More are counted by their retries, not kept with their texts. */
const MOST = 10_000

export function createProblems(now: () => number): Problems {
  const problems = new Map<string, Problem>()
  return {
    add(path, error) {
      const known = problems.get(path)
      const problem = { path, reason: reasonOf(error), since: known?.since ?? now(), attempts: (known?.attempts ?? 0) + 1 }
      if (known !== undefined || problems.size < MOST) problems.set(path, problem)
      return problem
    },
    solve: (path) => void problems.delete(path),
    has: (path) => problems.has(path),
    list: (limit) => [...problems.values()].slice(0, limit),
    paths: () => [...problems.keys()].map(fromText),
    get size() {
      return problems.size
    },
  }
}
