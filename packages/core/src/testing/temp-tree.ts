import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { sourcePath } from '../handler.ts'

/** Paths and what is to be there: text or bytes for a file, `null` for a directory, `{ link }` for a symbolic link. */
export type TreeSpec = Readonly<Record<string, string | Uint8Array | null | { readonly link: string }>>

/** A directory of its own in the system's temporary directory. Paths are relative to it and as a {@link Change} has them. */
export interface TempTree {
  /** Absolute, free of symbolic links. */
  readonly root: string
  /** The absolute path, for `fs`. */
  at(path: string): string | Buffer
  /** Writes a file in place, making it and the directories above it when missing. */
  write(path: string, content: string | Uint8Array): void
  makeDirectory(path: string): void
  link(path: string, text: string): void
  remove(path: string): void
  move(from: string, to: string): void
  dispose(): void
}

/** Makes the tree that `spec` describes. */
export function tempTree(spec: TreeSpec = {}): TempTree {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-tree-')))
  const tree = treeAt(root)
  for (const [name, content] of Object.entries(spec)) {
    if (content === null) tree.makeDirectory(name)
    else if (typeof content === 'string' || content instanceof Uint8Array) tree.write(name, content)
    else tree.link(name, content.link)
  }
  return tree
}

function treeAt(root: string): TempTree {
  const at = (name: string): string | Buffer => sourcePath(root, name)
  const makeParent = (name: string): void => {
    const slash = name.lastIndexOf('/')
    if (slash > 0) fs.mkdirSync(at(name.slice(0, slash)), { recursive: true })
  }
  return {
    root,
    at,
    write(name, content) {
      makeParent(name)
      fs.writeFileSync(at(name), content)
    },
    makeDirectory(name) {
      fs.mkdirSync(at(name), { recursive: true })
    },
    link(name, text) {
      makeParent(name)
      fs.symlinkSync(text, at(name))
    },
    remove(name) {
      fs.rmSync(at(name), { recursive: true, force: true })
    },
    move(from, to) {
      fs.renameSync(at(from), at(to))
    },
    dispose() {
      fs.rmSync(root, { recursive: true, force: true })
    },
  }
}
