import { randomBytes } from 'node:crypto'
import fs from 'node:fs'

/** One change of the source, and how to see that it stands at the target. */
export interface Change {
  readonly kind: string
  make(): void
  hasArrived(): boolean
}

/** One change of each kind, in the order in which they have to be made, on paths that begin with `path`. */
export function changesAt(source: string, target: string, path: string): Change[] {
  const [from, to] = [`${source}/${path}`, `${target}/${path}`]
  const [first, second, third] = [textOf(1000), textOf(1000), textOf(3000)]
  const addition = textOf(200)
  const appended = second + addition
  return [
    { kind: 'create', make: () => fs.writeFileSync(from, first), hasArrived: () => holds(to, first) },
    { kind: 'overwrite', make: () => fs.writeFileSync(from, second), hasArrived: () => holds(to, second) },
    { kind: 'append', make: () => fs.appendFileSync(from, addition), hasArrived: () => holds(to, appended) },
    {
      kind: 'replace',
      make() {
        fs.writeFileSync(`${from}~`, third)
        fs.renameSync(`${from}~`, from)
      },
      hasArrived: () => holds(to, third),
    },
    { kind: 'chmod', make: () => fs.chmodSync(from, 0o600), hasArrived: () => ((stat(to)?.mode ?? 0) & 0o777) === 0o600 },
    {
      kind: 'rename',
      make: () => fs.renameSync(from, `${from}-renamed`),
      hasArrived: () => stat(to) === undefined && holds(`${to}-renamed`, third),
    },
    { kind: 'unlink', make: () => fs.unlinkSync(`${from}-renamed`), hasArrived: () => stat(`${to}-renamed`) === undefined },
    {
      kind: 'symlink',
      make: () => fs.symlinkSync('elsewhere', `${from}-link`),
      hasArrived: () => stat(`${to}-link`) !== undefined,
    },
    { kind: 'mkdir', make: () => fs.mkdirSync(`${from}-dir`), hasArrived: () => stat(`${to}-dir`) !== undefined },
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

function holds(path: string, text: string): boolean {
  return stat(path)?.size === text.length && fs.readFileSync(path, 'latin1') === text
}
