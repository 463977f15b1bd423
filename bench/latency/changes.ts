import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import type { Contender } from '../contenders/contender.ts'
import { expect, isCopy } from '../stage/copy.ts'

/** One change of the source, and how to see that it stands at the target. */
export interface Change {
  readonly kind: string
  make(): void
  /** After `make`: asks whether all of it stands at the target, kind, content, mode and time. */
  arrival(): () => boolean
}

/** One change of each kind, in the order in which they have to be made, on paths that begin with `path`. */
export function changesAt(source: string, target: string, path: string, times: Contender['times'] = 'exact'): Change[] {
  const [from, to] = [`${source}/${path}`, `${target}/${path}`]
  const [first, second, third, addition] = [textOf(1000), textOf(1000), textOf(3000), textOf(200)]
  const isThere =
    (suffix = '') =>
    (): (() => boolean) => {
      const expected = expect(from + suffix)
      return () => isCopy(to + suffix, expected, times)
    }
  const isGone = (suffix: string) => (): (() => boolean) => () => stat(to + suffix) === undefined
  return [
    { kind: 'create', make: () => fs.writeFileSync(from, first), arrival: isThere() },
    { kind: 'overwrite', make: () => fs.writeFileSync(from, second), arrival: isThere() },
    { kind: 'append', make: () => fs.appendFileSync(from, addition), arrival: isThere() },
    {
      kind: 'replace',
      make() {
        fs.writeFileSync(`${from}~`, third)
        fs.renameSync(`${from}~`, from)
      },
      arrival: isThere(),
    },
    {
      kind: 'rename',
      make: () => fs.renameSync(from, `${from}-renamed`),
      arrival() {
        const isMade = isThere('-renamed')()
        return () => stat(to) === undefined && isMade()
      },
    },
    { kind: 'chmod', make: () => fs.chmodSync(`${from}-renamed`, 0o600), arrival: isThere('-renamed') },
    { kind: 'unlink', make: () => fs.unlinkSync(`${from}-renamed`), arrival: isGone('-renamed') },
    { kind: 'symlink', make: () => fs.symlinkSync('elsewhere', `${from}-link`), arrival: isThere('-link') },
    { kind: 'mkdir', make: () => fs.mkdirSync(`${from}-dir`), arrival: isThere('-dir') },
    { kind: 'rmdir', make: () => fs.rmdirSync(`${from}-dir`), arrival: isGone('-dir') },
  ]
}

/** Text that nothing else holds. */
function textOf(size: number): string {
  return randomBytes(Math.ceil(size / 2))
    .toString('hex')
    .slice(0, size)
}

function stat(path: string): fs.Stats | undefined {
  return fs.lstatSync(path, { throwIfNoEntry: false })
}
