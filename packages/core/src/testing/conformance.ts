import type { Handler } from '../handler.ts'
import type { Case } from './case.ts'
import { creationCases } from './cases/creation.ts'
import { deletionCases } from './cases/deletion.ts'
import { kindCases } from './cases/kinds.ts'
import { lifecycleCases } from './cases/lifecycle.ts'
import { moveCases } from './cases/moves.ts'
import { nameCases } from './cases/names.ts'
import { optionCases } from './cases/options.ts'
import { parallelCases } from './cases/parallel.ts'
import { raceCases } from './cases/races.ts'
import { replayCases } from './cases/replays.ts'
import { symlinkCases } from './cases/symlinks.ts'
import { walkCases } from './cases/walk.ts'
import { onStage, type Target } from './stage.ts'

export interface ConformanceOptions {
  readonly handler: Handler
  /** Makes a new, empty target; called once for each case. */
  readonly target: () => Promise<Target>
}

/** A case for any test runner: it passed when `run` resolves. */
export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

/**
 * What the contract asks of a handler, as cases; those for capabilities that it does not claim are left out.
 *
 *     for (const { name, run } of conformance({ handler, target })) test(name, run)
 */
export function conformance({ handler, target }: ConformanceOptions): ConformanceCase[] {
  return CASES.filter(({ needs }) => needs === undefined || needs(handler.capabilities)).map(({ name, dryRun = false, run }) => ({
    name,
    run: () => onStage({ handler, target, dryRun }, run),
  }))
}

const CASES: readonly Case[] = [
  ...optionCases,
  ...lifecycleCases,
  ...creationCases,
  ...deletionCases,
  ...kindCases,
  ...moveCases,
  ...nameCases,
  ...symlinkCases,
  ...raceCases,
  ...replayCases,
  ...parallelCases,
  ...walkCases,
]
