import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Account } from './account.ts'
import type { ScriptOptions } from './option-fields.ts'

/** Where the lists for commands are written. */
export interface ListFiles {
  /** Files with these contents, for as long as `run` takes. */
  with<Result>(contents: readonly Uint8Array[], run: (files: readonly string[]) => Promise<Result>): Promise<Result>
  close(): void
}

export interface ListFilesOptions extends Pick<ScriptOptions, 'listsDir' | 'keepLists'> {
  readonly account: Account | undefined
  /** A private directory; asked for on first use. */
  stateDir(): string
}

/**
 * Lists go where the user said, or into the state directory, which nobody else gets into; commands that run as somebody else have a
 * directory of their own below the temporary one. Files can be read by whom the command runs as, and by nobody else.
 */
export function createListFiles({ listsDir, keepLists, account, stateDir }: ListFilesOptions): ListFiles {
  let directory: string | undefined
  let count = 0
  const own = (file: string): void => {
    if (account !== undefined) fs.chownSync(file, account.uid ?? -1, account.gid ?? -1)
  }
  const open = (): string => {
    if (listsDir === undefined && account !== undefined) directory = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-lists-'))
    else {
      directory = listsDir ?? path.join(stateDir(), 'lists')
      if (fs.mkdirSync(directory, { recursive: true, mode: 0o700 }) === undefined) {
        if (listsDir === undefined) removeOld(directory)
        return directory
      }
    }
    own(directory)
    return directory
  }
  const write = (content: Uint8Array): string => {
    const file = path.join(directory ?? open(), `${PREFIX}${process.pid}-${count++}`)
    fs.writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    own(file)
    return file
  }
  return {
    async with(contents, run) {
      const files = contents.map(write)
      try {
        return await run(files)
      } finally {
        if (!keepLists) for (const file of files) fs.rmSync(file, { force: true })
      }
    },
    close() {
      if (directory !== undefined && listsDir === undefined && !keepLists) fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What a run left that was cut short by the end of its clsync. */
function removeOld(directory: string): void {
  for (const name of fs.readdirSync(directory))
    if (name.startsWith(PREFIX)) fs.rmSync(path.join(directory, name), { force: true })
}

const PREFIX = 'list-'
