import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

/** Makes the change whose turn it is, all of it below `demo`. Returns the paths it touched, relative to the source. */
export function nextChange(source: string, step: number): readonly string[] {
  const round = Math.floor(step / CHANGES.length)
  const folder = `demo/round-${round}`
  const change = CHANGES[step % CHANGES.length]!
  return change(source, folder)
}

/** In this order, each building on those before; the last one takes everything away again. */
const CHANGES: readonly ((source: string, folder: string) => string[])[] = [
  (source, folder) => {
    mkdirSync(`${source}/${folder}/deep/deeper`, { recursive: true })
    writeFileSync(`${source}/${folder}/deep/deeper/new.txt`, 'made right after its folders\n')
    return [`${folder}/deep/deeper/new.txt`]
  },
  (source, folder) => {
    writeFileSync(`${source}/${folder}/notes.txt`, 'one line\n')
    return [`${folder}/notes.txt`]
  },
  (source, folder) => {
    appendFileSync(`${source}/${folder}/notes.txt`, 'and another\n')
    return [`${folder}/notes.txt`]
  },
  (source, folder) => {
    renameSync(`${source}/${folder}/notes.txt`, `${source}/${folder}/renamed.txt`)
    return [`${folder}/notes.txt`, `${folder}/renamed.txt`]
  },
  (source, folder) => {
    renameSync(`${source}/${folder}/deep`, `${source}/${folder}/moved`)
    return [`${folder}/deep`, `${folder}/moved/deeper/new.txt`]
  },
  (source, folder) => {
    symlinkSync('renamed.txt', `${source}/${folder}/link`)
    return [`${folder}/link`]
  },
  (source, folder) => {
    writeFileSync(`${source}/${folder}/big.bin`, Buffer.alloc(4 * 2 ** 20, 'clsync'))
    return [`${folder}/big.bin`]
  },
  (source, folder) => {
    chmodSync(`${source}/${folder}/renamed.txt`, 0o600)
    return [`${folder}/renamed.txt`]
  },
  (source, folder) => {
    rmSync(`${source}/${folder}`, { recursive: true })
    return [folder]
  },
]
