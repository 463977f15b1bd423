import fs from 'node:fs'

const FILES_PER_DIRECTORY = 100
const DIRECTORIES_PER_DIRECTORY = 50

/** Bytes of each file that is made here. */
export const FILE_BYTES = 1024

/** Makes `count` small files below `root`, a hundred to a directory; returns their paths, relative to it. */
export function makeTree(root: string, count: number): string[] {
  const paths: string[] = []
  const content = Buffer.alloc(FILE_BYTES, 'clsync ')
  fs.mkdirSync(root, { recursive: true })
  for (let at = 0; at < count; at++) {
    const directory = directoryAt(Math.floor(at / FILES_PER_DIRECTORY))
    if (at % FILES_PER_DIRECTORY === 0) fs.mkdirSync(`${root}/${directory}`, { recursive: true })
    const path = `${directory}/file-${at}`
    // No two are the same.
    content.writeUInt32LE(at)
    fs.writeFileSync(`${root}/${path}`, content)
    paths.push(path)
  }
  return paths
}

/** A directory that {@link makeTree} makes for `count` files; another one for each number, as far as there are others. */
export function directoryOf(count: number, number: number): string {
  const directories = Math.max(1, Math.ceil(count / FILES_PER_DIRECTORY))
  return directoryAt((number * 7919) % directories)
}

function directoryAt(number: number): string {
  return `d${Math.floor(number / DIRECTORIES_PER_DIRECTORY)}/e${number % DIRECTORIES_PER_DIRECTORY}`
}
