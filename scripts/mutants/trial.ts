import fs from 'node:fs'
import path from 'node:path'
import { type Mutant, mutate, type Room } from './mutant.ts'
import { runSuite, type SuiteResult } from './suite.ts'

/** What became of a mutant. Only `caught` is good. */
export interface Verdict {
  readonly mutant: Mutant
  readonly isCaught: boolean
  /** The test that has noticed it, or what is wrong. */
  readonly by: string
  readonly seconds: number
}

/** The quick suite has to notice each within this time. */
const LIMIT_MS = 120_000

/** Whole lives of the engine: what notices most. */
const LIVES: readonly string[] = ['packages/core/test/simulation', 'packages/core/test/regressions', 'packages/core/test/engine']

/** Runs the quick suite with the mistake in the copy of the workspace at `root`, the tests that should notice it first. */
export async function tryMutant(root: string, { folder, tests, next = LIVES }: Room, mutant: Mutant): Promise<Verdict> {
  const startedMs = performance.now()
  const file = path.join(root, folder, mutant.file)
  const original = fs.readFileSync(file, 'utf8')
  const mutated = mutate(original, mutant)
  const end = (isCaught: boolean, by: string): Verdict => ({
    ...{ mutant, isCaught, by },
    seconds: (performance.now() - startedMs) / 1000,
  })
  if (mutated === undefined) return end(false, 'STALE: its text does not stand in the file exactly once')
  fs.writeFileSync(file, mutated)
  try {
    const result = await runQuickSuite(root, [tests, next, ALL], LIMIT_MS)
    if (result.type === 'passed') return end(false, 'SURVIVED')
    if (result.type === 'failed') return end(true, result.test)
    if (result.type === 'timeout') return end(mutant.hangs === true, `not over after ${LIMIT_MS / 1000} s`)
    return end(false, `UNFIT: the tests cannot be run with it. ${result.message}`)
  } finally {
    fs.writeFileSync(file, original)
  }
}

/** The quick suite: unit tests, the simulation, the tests of handlers. */
export const ALL = ['packages']

/** Runs tests of the workspace at `root`, in parts one after the other, each test once. */
export async function runQuickSuite(root: string, parts: readonly (readonly string[])[], wholeMs: number): Promise<SuiteResult> {
  const endMs = performance.now() + wholeMs
  const done: string[] = []
  for (const only of parts) {
    const limitMs = endMs - performance.now()
    const result: SuiteResult = limitMs > 0 ? await runSuite({ root, only, without: done, limitMs }) : { type: 'timeout' }
    if (result.type !== 'passed') return result
    done.push(...only)
  }
  return { type: 'passed' }
}
