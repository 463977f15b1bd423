import fs from 'node:fs'
import { dirname } from 'node:path'

/** What was changed in a tree: paths relative to it. */
export interface Churned {
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

const REPLACED = 1000
const REMOVED = 300
const NEW = 300
const OBJECTS = 300

/** Saves a file as vim does: a swap file beside it, the old one as a backup, a new one in its place. */
export function save(path: string, number: number): void {
  const swap = `${path}.swp`
  fs.writeFileSync(swap, 'b0VIM')
  fs.renameSync(path, `${path}~`)
  fs.writeFileSync(path, `saved ${number}\n`.repeat(100))
  fs.chmodSync(path, 0o644)
  fs.unlinkSync(`${path}~`)
  fs.unlinkSync(swap)
}

/** Brings a tree into another state as git does: files are made anew, objects and the index put in their places when complete. */
export function checkOut(root: string, paths: readonly string[]): Churned {
  const replaced = paths.slice(0, REPLACED)
  const removed = paths.slice(REPLACED, REPLACED + REMOVED)
  const made = Array.from({ length: NEW }, (_, at) => `${dirname(paths[at * 7] ?? '')}/new-${at}`)
  fs.mkdirSync(`${root}/.git/objects`, { recursive: true })
  const objects = Array.from({ length: OBJECTS }, (_, at) => putObject(root, at))
  fs.writeFileSync(`${root}/.git/index.lock`, paths.join('\n'))
  for (const path of [...replaced, ...removed]) fs.unlinkSync(`${root}/${path}`)
  for (const path of [...replaced, ...made]) fs.writeFileSync(`${root}/${path}`, `another state of ${path}\n`.repeat(40))
  fs.renameSync(`${root}/.git/index.lock`, `${root}/.git/index`)
  return { changed: [...objects, ...replaced, ...made, '.git/index'], removed: [...removed, '.git/index.lock'] }
}

function putObject(root: string, at: number): string {
  const directory = `.git/objects/${(at % 64).toString(16).padStart(2, '0')}`
  fs.mkdirSync(`${root}/${directory}`, { recursive: true })
  const temporary = `${root}/${directory}/tmp_obj_${at}`
  fs.writeFileSync(temporary, `object ${at}\n`.repeat(60))
  fs.chmodSync(temporary, 0o444)
  fs.renameSync(temporary, `${root}/${directory}/${at}`)
  return `${directory}/${at}`
}
