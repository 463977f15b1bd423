import fs from 'node:fs'
import type { Contender } from '../contenders/contender.ts'

type Times = Contender['times']
const SECOND_NS = 1_000_000_000n

/** What a copy has to be like: taken from the source once, looked for at the target often. */
export interface Expected {
  readonly mode: number
  readonly size: number
  readonly mtimeNs: bigint
  /** Of a file its content, of a link where it leads. */
  readonly content: Buffer | string | undefined
}

export function expect(path: string): Expected {
  const stat = fs.lstatSync(path, { bigint: true })
  const content = stat.isFile() ? fs.readFileSync(path) : stat.isSymbolicLink() ? fs.readlinkSync(path) : undefined
  return { mode: Number(stat.mode), size: Number(stat.size), mtimeNs: stat.mtimeNs, content }
}

/** Whether kind, mode, time (of files, as exactly as it is carried) and content are those that are expected. */
export function isCopy(path: string, { mode, size, mtimeNs, content }: Expected, times: Times): boolean {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || Number(stat.mode) !== mode) return false
  if (!Buffer.isBuffer(content)) return content === undefined || fs.readlinkSync(path) === content
  return Number(stat.size) === size && isSameTime(stat.mtimeNs, mtimeNs, times) && fs.readFileSync(path).equals(content)
}

/** Whether a file looks like the copy, without a look into it. */
export function looksLike(path: string, size: number, mtimeNs: bigint, times: Times): boolean {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat !== undefined && Number(stat.size) === size && isSameTime(stat.mtimeNs, mtimeNs, times)
}

function isSameTime(held: bigint, wanted: bigint, times: Times): boolean {
  const off = held - wanted
  if (times === 'exact') return off === 0n
  return times === 'none' || (off < SECOND_NS && off > -SECOND_NS)
}

/** Files that programs keep at the side for themselves. */
const OWN = /^\.watchman-cookie-/

/** How many entries below `source` and `target` are not the same, read in full. */
export function differences(source: string, target: string, times: Times): number {
  const [wanted, held] = [source, target].map((root) =>
    fs.readdirSync(root, { withFileTypes: true }).filter((e) => !OWN.test(e.name)),
  )
  if (wanted === undefined || held === undefined) return NaN
  const names = new Set(wanted.map(({ name }) => name))
  let count = held.filter(({ name }) => !names.has(name)).length
  for (const entry of wanted) {
    const [from, to] = [`${source}/${entry.name}`, `${target}/${entry.name}`]
    if (!isCopy(to, expect(from), times)) count++
    else if (entry.isDirectory()) count += differences(from, to, times)
  }
  return count
}
