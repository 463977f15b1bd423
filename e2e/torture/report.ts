import type { SeedResult } from './seed.ts'

/** One line for a seed that ended well; for another one, what it did and where it lies. */
export function printSeed(result: SeedResult): void {
  const { seed, className, on, differences, journal, folder } = result
  const ms = Math.round(result.totalMs)
  const about = `seed ${seed} (${className}, ${on}): ${result.entries} entries, ${counts(result)}, ${ms} ms`
  if (differences.length === 0) {
    console.log(`${about}, exact after ${Math.round(result.convergedMs)} ms`)
    for (const line of result.late) console.log(`  only by the background comparison: ${line.slice(0, 200)}`)
    return
  }
  console.log(`${about}, NOT EXACT, kept in ${folder}`)
  for (const line of journal) console.log(`    ${line}`)
  for (const line of differences.slice(0, 20)) console.log(`  ${line.slice(0, 500)}`)
  if (differences.length > 20) console.log(`  and ${differences.length - 20} more`)
}

/** A line for each class, then one for all; returns the number of seeds that were not exact. */
export function printTotals(results: readonly SeedResult[]): number {
  const names = [...new Set(results.map(({ className }) => className))]
  for (const name of names)
    printTotal(
      name.padEnd(18),
      results.filter(({ className }) => className === name),
    )
  printTotal('all'.padEnd(18), results)
  const broken = results.filter(({ differences }) => differences.length > 0)
  console.log(`not exact: ${broken.map(({ seed, className }) => `${seed} (${className})`).join(', ') || 'none'}`)
  return broken.length
}

function printTotal(name: string, results: readonly SeedResult[]): void {
  const sum = { restarts: 0, strikes: 0, deaths: 0 }
  for (const { restarts, strikes, deaths } of results) {
    sum.restarts += restarts
    sum.strikes += strikes
    sum.deaths += deaths
  }
  const slowest = Math.round(Math.max(0, ...results.map(({ convergedMs, late }) => (late.length > 0 ? 0 : convergedMs))))
  const broken = results.filter(({ differences }) => differences.length > 0).length
  const excused = results.filter(({ differences, late }) => differences.length === 0 && late.length > 0).length
  const late = excused === 0 ? '' : `, ${excused} by the background comparison (hard links that came and went)`
  console.log(`${name} ${results.length} seeds, ${counts(sum)}, slowest exact after ${slowest} ms${late}, ${broken} not exact`)
}

function counts({ restarts, strikes, deaths }: Pick<SeedResult, 'restarts' | 'strikes' | 'deaths'>): string {
  return `${strikes} faults, ${restarts} restarts${deaths === 0 ? '' : ` (${deaths} after it had ended by itself)`}`
}
