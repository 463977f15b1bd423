import fs from 'node:fs'
import { bytes } from '../../stage/tree-state.ts'

/** What was on its way when the target went may land in what has taken its place: it is looked at every 10 ms, as the README says. */
export const LANDING_MS = 500

/** Entries of a directory that were made later than a wall time, in milliseconds. */
export function bornAfter(directory: string, ms: number): string[] {
  const names = fs.readdirSync(directory, 'latin1')
  return names.filter((name) => fs.lstatSync(bytes(`${directory}/${name}`)).birthtimeMs > ms)
}
