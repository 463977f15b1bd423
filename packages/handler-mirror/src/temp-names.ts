import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isAbsent } from './failure.ts'
import { Guard } from './guard.ts'
import { joinPath, parentOf } from './path.ts'
import type { Root } from './root.ts'

/**
 * Names under which new files wait until they are complete. At most one is in use at a time, and the directory it lies in
 * is written down before, so that what a crash left is found again without reading the whole target. So are the directories
 * with one that could not be removed, as the target was away.
 */
export class TempNames {
  readonly #root: Root
  readonly #stateDir: string
  /** Directories. */
  readonly #left = new Set<string>()
  #record: number | undefined
  #recorded: string | undefined
  #count = 0

  constructor(root: Root, stateDir: string) {
    this.#root = root
    this.#stateDir = stateDir
  }

  /** A new name in `directory`, as a path below the root. */
  next(directory: string): string {
    if (directory !== this.#recorded) this.#writeDown(directory)
    return joinPath(directory, `.clsync-${SESSION}${(this.#count++ % LAST).toString(16).padStart(6, '0')}.tmp`)
  }

  /** It could not be removed, or was not there any more than the target. */
  leave(temp: string): void {
    this.#left.add(parentOf(temp))
    this.#writeDown(this.#recorded ?? '')
  }

  /** Removes what was left, as far as that can be. None may be in use, and the target has to be there. */
  removeLeft(): void {
    for (const directory of this.#left) {
      try {
        // A link may have taken the place of the directory.
        if (new Guard(this.#root).obstacle(directory) === undefined) removeTempsIn(this.#root, directory)
        this.#left.delete(directory)
      } catch {
        // Left once more.
      }
    }
  }

  /** Removes what the run before may have left. */
  removeLeftovers(): void {
    for (const directory of directoriesIn(readIfAny(this.#file()))) this.#left.add(directory)
    this.removeLeft()
  }

  close(): void {
    if (this.#record === undefined) return
    fs.closeSync(this.#record)
    this.#record = undefined
    this.#recorded = undefined
    if (this.#left.size === 0) fs.rmSync(this.#file(), { force: true })
  }

  #writeDown(directory: string): void {
    if (this.#record === undefined) {
      fs.mkdirSync(this.#stateDir, { recursive: true })
      this.#record = fs.openSync(this.#file(), 'w')
    }
    // UTF-16 holds every text exactly; an entry without a slash ends it, whatever longer text was there before.
    const text = [directory, ...this.#left].map((each) => `/${each}\0`).join('')
    fs.writeSync(this.#record, Buffer.from(`${text}\0`, 'utf16le'), 0, undefined, 0)
    this.#recorded = directory
  }

  #file(): string {
    return path.join(this.#stateDir, 'temp-directory')
  }
}

/** Whether a name in a target is one of ours. */
function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}

/** Removes temporary files from one directory of the target; returns how many. */
export function removeTempsIn(root: Root, directory: string): number {
  let removed = 0
  try {
    for (const name of fs.readdirSync(root.place(directory), 'latin1').filter(isTempName)) {
      fs.rmSync(root.place(joinPath(directory, name)), { force: true })
      removed++
    }
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  return removed
}

function readIfAny(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** What {@link TempNames} has written down. */
function directoriesIn(written: Buffer | undefined): string[] {
  const entries = (written?.toString('utf16le') ?? '').split('\0')
  const end = entries.findIndex((entry) => !entry.startsWith('/'))
  // What nothing ends was not written whole.
  return entries.slice(0, Math.max(0, end)).map((entry) => entry.slice(1))
}

const TEMP_NAME = /^\.clsync-[0-9a-f]{14}\.tmp$/
const SESSION = randomBytes(4).toString('hex')
const LAST = 0x1000000
