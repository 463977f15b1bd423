import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** How one seed of a class ended for a contender: a line of the results file. */
export interface PeerResult {
  readonly contender: string
  readonly className: string
  readonly seed: number
  /** What was wrong at the end, at most {@link MOST_KEPT} of it; each begins with its kind. Empty when nothing was. */
  readonly differences: readonly string[]
  /** How often it ended by itself. */
  readonly deaths: number
  /** From the last change of the source until the copy was right. */
  readonly convergedMs: number
  /** Where a diverged run lies. */
  readonly folder: string
}

export const MOST_KEPT = 200

export function readResults(file: string): PeerResult[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as PeerResult) // written below
}

export function appendResult(file: string, result: PeerResult): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`)
}

/** Of what is wrong, the first words: `missing`, `extra` and so on. */
export function kindsOf({ differences }: PeerResult): Set<string> {
  return new Set(differences.map((line) => /^(missing|extra|kind|content|link|metadata)\b/.exec(line)?.[0] ?? 'failed'))
}
