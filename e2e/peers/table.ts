import { kindsOf, type PeerResult } from './result.ts'

/** Of each class and contender, how many of the runs diverged, in percent; in brackets those in which more than metadata did. */
export function rateTable(results: readonly PeerResult[], classes: readonly ClassText[]): string {
  const names = contendersOf(results)
  const rows = classes
    .map(({ name, about }) => ({ about: `**${name}**: ${about}`, cells: names.map((who) => rate(of(results, name, who))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  return markdown(
    ['Class', ...names],
    rows.map(({ about, cells }) => [about, ...cells]),
  )
}

/** The same, short: in how many of the runs more than metadata was wrong. */
export function countTable(results: readonly PeerResult[], classes: readonly ClassText[], names: readonly string[]): string {
  const rows = classes.map(({ name, about }) => [about, ...names.map((who) => counted(of(results, name, who)))])
  return markdown(['', ...names], rows)
}

/** Of each contender, in how many of the diverged runs something was wrong in which way. */
export function kindTable(results: readonly PeerResult[]): string {
  const kinds = [
    ['missing', 'missing'],
    ['extra', 'extra'],
    ['kind', 'of another kind'],
    ['content', 'other content'],
    ['link', 'other link'],
    ['metadata', 'other mode, owner or time'],
    ['failed', 'not comparable'],
  ] as const
  const rows = contendersOf(results).map((who) => {
    const runs = results.filter(({ contender }) => contender === who)
    const found = runs.map(kindsOf)
    const has = (kind: string): number => found.filter((each) => each.has(kind)).length
    const onlyMetadata = found.filter((each) => each.size === 1 && each.has('metadata')).length
    const deaths = runs.filter((run) => run.deaths > 0).length
    return [who, String(runs.length), ...kinds.map(([kind]) => String(has(kind))), String(onlyMetadata), String(deaths)]
  })
  return markdown(['', 'runs', ...kinds.map(([, text]) => text), '… and nothing else', 'ended by itself'], rows)
}

export interface ClassText {
  readonly name: string
  readonly about: string
}

function contendersOf(results: readonly PeerResult[]): string[] {
  return [...new Set(results.map(({ contender }) => contender))].toSorted()
}

function of(results: readonly PeerResult[], className: string, contender: string): PeerResult[] {
  return results.filter((result) => result.className === className && result.contender === contender)
}

function rate(results: readonly PeerResult[]): string {
  if (results.length === 0) return ''
  const [all, bad] = [results.filter(hasDiverged), results.filter(isBad)].map((some) =>
    Math.round((100 * some.length) / results.length),
  )
  return all === bad ? `${all} %` : `${all} % (${bad} %)`
}

function counted(results: readonly PeerResult[]): string {
  return results.length === 0 ? '' : `${results.filter(isBad).length} of ${results.length}`
}

function hasDiverged({ differences }: PeerResult): boolean {
  return differences.length > 0
}

/** Whether more than an owner, a mode or a time was wrong. */
function isBad(result: PeerResult): boolean {
  const kinds = kindsOf(result)
  kinds.delete('metadata')
  return kinds.size > 0
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
