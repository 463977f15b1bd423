import fs from 'node:fs'
import { type RawPath, ROOT_PATH, fsPathIn, joinPath } from '../../src/model/path.ts'

/** What `lstat` says, as one comparable line; a directory's leaves out what follows its entries. */
export type Signature = string

/** What is there. Throws nothing while the tree changes. */
export function readDisk(root: RawPath, path: RawPath = ROOT_PATH, all = new Map<string, Signature>()): Map<string, Signature> {
  for (const name of readNames(root, path) ?? []) {
    const stat = lstat(root, joinPath(path, name))
    if (stat === undefined) continue
    all.set(joinPath(path, name), signatureOf(stat))
    if (stat.isDirectory()) readDisk(root, joinPath(path, name), all)
  }
  return all
}

export function lstat(root: RawPath, path: RawPath): fs.BigIntStats | undefined {
  try {
    return fs.lstatSync(fsPathIn(root, path), { bigint: true })
  } catch {
    return undefined
  }
}

export function readNames(root: RawPath, path: RawPath): RawPath[] | undefined {
  try {
    return fs.readdirSync(fsPathIn(root, path), 'latin1') as RawPath[] // latin1 makes raw names
  } catch {
    return undefined
  }
}

export function identityOf(stat: fs.BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}

export function signatureOf(stat: fs.BigIntStats): Signature {
  if (stat.isDirectory()) return `directory ${stat.ino} ${stat.mode} ${stat.uid}`
  // Without link count and change time: those follow names elsewhere, of which no kernel tells.
  return `${stat.ino} ${stat.mode} ${stat.uid} ${stat.size} ${stat.mtimeNs}`
}

export function inodeOf(signature: Signature): string {
  return signature.slice(0, signature.indexOf(' '))
}
