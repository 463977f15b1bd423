import path from 'node:path'
import { parseArgs, styleText } from 'node:util'
import type { Mutant, Room } from './mutants/mutant.ts'
import { rooms } from './mutants/rooms.ts'
import { ALL, runQuickSuite, tryMutant, type Verdict } from './mutants/trial.ts'
import { copyWorkspace } from './mutants/workspace-copy.ts'

const USAGE = `usage: npm run mutants -- [options]
  --only TEXT   only those whose name or file contains this; may be given again
  --list        tell what there is, run nothing
  --trust       do not run the tests without a mistake first`

process.exitCode = await main(process.argv.slice(2).filter((argument) => argument !== '--'))

/** Puts one mistake after the other in a copy of the workspace. Resolves to 1 when the tests do not notice each of them. */
async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`mutants: ${(error as Error).message}\n${USAGE}`)
    return 2
  }
  const chosen = rooms.flatMap((room) =>
    room.mutants.filter((mutant) => isChosen(room, mutant, options)).map((mutant) => ({ room, mutant })),
  )
  if (options.list) {
    for (const { room, mutant } of chosen) console.log(`${mutant.name}\n    ${room.folder}/${mutant.file}: ${mutant.why}`)
    return 0
  }
  const copy = copyWorkspace(path.resolve(import.meta.dirname, '..'))
  process.on('exit', () => copy.dispose())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  if (!options.trust) {
    const result = await runQuickSuite(copy.root, [ALL], Infinity)
    if (result.type !== 'passed') {
      console.error(`mutants: the tests do not pass without any mistake: ${JSON.stringify(result)}`)
      return 1
    }
  }
  const verdicts: Verdict[] = []
  for (const { room, mutant } of chosen) {
    const verdict = await tryMutant(copy.root, room, mutant)
    verdicts.push(verdict)
    console.log(line(room, verdict))
  }
  return sum(verdicts)
}

interface Options {
  readonly only: readonly string[]
  readonly list: boolean
  readonly trust: boolean
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      trust: { type: 'boolean', default: false },
    },
  })
  return values
}

function isChosen({ folder }: Room, { name, file }: Mutant, { only }: Options): boolean {
  return only.length === 0 || only.some((text) => name.includes(text) || `${folder}/${file}`.includes(text))
}

function line({ folder }: Room, { mutant, isCaught, by, seconds }: Verdict): string {
  const mark = isCaught ? styleText('green', 'caught') : styleText('red', 'MISSED')
  const place = `${path.basename(folder) === 'src' ? path.basename(path.dirname(folder)) : path.basename(folder)}/${mutant.file}`
  return `${mark} ${seconds.toFixed(1).padStart(6)} s  ${place.padEnd(28)} ${mutant.name.padEnd(62)} ${by}`
}

function sum(verdicts: readonly Verdict[]): number {
  const caught = verdicts.filter(({ isCaught }) => isCaught)
  const slowest = verdicts.toSorted((a, b) => b.seconds - a.seconds)[0]
  const seconds = verdicts.reduce((total, verdict) => total + verdict.seconds, 0)
  console.log(
    `\n${caught.length} of ${verdicts.length} caught in ${(seconds / 60).toFixed(1)} min; the slowest in ${slowest?.seconds.toFixed(1) ?? 0} s (${slowest?.mutant.name ?? 'none'})`,
  )
  for (const { mutant, isCaught } of verdicts)
    if (!isCaught) console.log(`missed: ${mutant.name} (${mutant.file}): ${mutant.why}`)
  return caught.length === verdicts.length ? 0 : 1
}
