import fs from 'node:fs'
import path from 'node:path'

/** How a handler was called, as the recorder writes it down. */
export interface Call {
  readonly args: readonly string[]
  readonly cwd: string
  /** Files that the arguments name, with what they held; bytes as latin1. */
  readonly lists: readonly (readonly [file: string, content: string])[]
  readonly status?: string
  readonly iteration?: string
}

export const RECORDER = path.join(import.meta.dirname, 'recorder.mjs')

export function readCalls(file: string): Call[] {
  if (!fs.existsSync(file)) return []
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Call) // the recorder writes nothing else
}

/** The arguments with the names of this run's folders and list files taken out. */
export function argumentsOf(
  { args, lists }: Call,
  { source, target }: { readonly source: string; readonly target: string },
): string[] {
  return args.map((arg) => {
    const at = lists.findIndex(([file]) => file === arg)
    return at < 0 ? arg.replace(source, 'SOURCE').replace(target, 'TARGET') : `LIST ${at}`
  })
}

/** What the lists of one name hold together, sorted. */
export function linesOf(calls: readonly Call[], at = 0): string[] {
  const lines = calls.flatMap(({ lists }) => (lists[at]?.[1] ?? '').split('\n').slice(0, -1))
  return [...new Set(lines)].toSorted()
}
