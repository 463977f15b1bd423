import fs from 'node:fs'
import { bytes, show } from '../stage/tree-state.ts'

/**
 * Files that had more names than they have now. When a name comes, is written through and goes before anybody has looked, the
 * kernel names nobody, and the README says so: the background comparison has to find the other names.
 */
export class PassingNames {
  readonly #made = new Map<bigint, number>()

  /** What is there has got one more name. */
  link(place: Buffer): void {
    const { ino } = fs.lstatSync(place, { bigint: true })
    this.#made.set(ino, (this.#made.get(ino) ?? 1) + 1)
  }

  /** Of lines about differences, those that are not about such a file. */
  unexcused(root: string, lines: readonly string[]): readonly string[] {
    const names = new Map<bigint, string[]>()
    for (const [ino, path] of files(root, '')) names.set(ino, [...(names.get(ino) ?? []), path])
    const excused: string[] = []
    for (const [ino, paths] of names) if (paths.length < (this.#made.get(ino) ?? 0)) excused.push(...paths)
    return lines.filter((line) => !excused.some((path) => line.includes(`of ${show(path)}`)))
  }
}

function* files(root: string, directory: string): Generator<readonly [ino: bigint, path: string]> {
  for (const name of fs.readdirSync(bytes(`${root}/${directory}`), 'latin1')) {
    const path = directory === '' ? name : `${directory}/${name}`
    const stat = fs.lstatSync(bytes(`${root}/${path}`), { bigint: true })
    if (stat.isDirectory()) yield* files(root, path)
    else if (stat.isFile()) yield [stat.ino, path]
  }
}
