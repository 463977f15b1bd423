import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The sources of a workspace somewhere else, with what is installed in it; its packages see each other there. */
export interface WorkspaceCopy {
  readonly root: string
  dispose(): void
}

/** Copies what git knows of the workspace, and new files that it does not ignore. */
export function copyWorkspace(workspace: string): WorkspaceCopy {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-mutants-')))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: workspace })
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    if (!fs.existsSync(path.join(workspace, file))) continue // deleted, and not committed yet
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    fs.copyFileSync(path.join(workspace, file), path.join(root, file))
  }
  for (const folder of ['.', ...foldersIn(workspace, 'packages')]) {
    const installed = path.join(workspace, folder, 'node_modules')
    if (fs.existsSync(installed)) linkInstalled(installed, path.join(root, folder, 'node_modules'))
  }
  checkLinks(root)
  return { root, dispose: () => fs.rmSync(root, { recursive: true, force: true }) }
}

function foldersIn(workspace: string, folder: string): string[] {
  return fs.readdirSync(path.join(workspace, folder)).map((name) => path.join(folder, name))
}

/** Links are relative: as they stand they lead to the copy's packages, and to what is shared through its own `.pnpm`. */
function linkInstalled(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [original, copy] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.name === '.pnpm' || entry.name === '.bin') fs.symlinkSync(original, copy)
    else if (entry.isSymbolicLink() || entry.name.startsWith('@'))
      fs.cpSync(original, copy, { recursive: true, verbatimSymlinks: true })
  }
}

/** What is not the copy's own would be tested without any mistake in it. */
function checkLinks(root: string): void {
  for (const folder of ['.', ...foldersIn(root, 'packages')]) {
    const own = path.join(root, folder, 'node_modules/@clsync')
    for (const name of fs.existsSync(own) ? fs.readdirSync(own) : []) {
      const real = fs.realpathSync(path.join(own, name))
      if (!real.startsWith(`${root}${path.sep}`)) throw new Error(`${path.join(own, name)} leads out of the copy, to ${real}`)
    }
  }
}
