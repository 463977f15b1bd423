import fs from 'node:fs'
import type { Group } from '../stage/group.ts'

/** Somebody who keeps a target like a source. */
export interface Contender {
  readonly name: string
  /** `floor`: it does the least that has to be done, and promises nothing. */
  readonly role: 'ours' | 'peer' | 'floor'
  /** How exactly it carries the modification times of files: to the second, or not at all. */
  readonly times: 'exact' | 'seconds' | 'none'
  /** Its version, or why it cannot run here. */
  probe(): { readonly version: string } | { readonly lacks: string }
  start(place: Place, options?: StartOptions): Group
}

export interface StartOptions {
  /** Most of the source will be deleted, on purpose. */
  readonly mayEmpty?: boolean
}

/** Where a contender works: directories that exist. */
export interface Place {
  readonly source: string
  readonly target: string
  /** What it wants to remember. */
  readonly state: string
}

/** Makes an empty place. */
export function makePlace(folder: string): Place {
  const place = { source: `${folder}/source`, target: `${folder}/target`, state: `${folder}/state` }
  for (const made of Object.values(place)) fs.mkdirSync(made, { recursive: true })
  return place
}
