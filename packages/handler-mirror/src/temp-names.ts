import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isAbsent } from './failure.ts'
import { joinPath } from './path.ts'
import type { Root } from './root.ts'

/**
 * Names under which new files wait until they are complete. At most one is in use at a time, and the directory it lies in
 * is written down before, so that what a crash left is found again without reading the whole target.
 */
export class TempNames {
  readonly #root: Root
  readonly #stateDir: string
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

  /** Removes what the run before may have left. */
  removeLeftovers(): void {
    const written = readIfAny(this.#file())
    const end = written === undefined ? -1 : endOf(written)
    if (written !== undefined && end >= 0) removeTempsIn(this.#root, written.toString('utf16le', 0, end))
  }

  /** It could not be removed, or was not there any more than the target. */
  leave(temp: string): void {
    this.#left.add(temp)
  }

  /** Removes what was left; for when the target is known to be there. */
  removeLeft(): void {
    for (const temp of this.#left) {
      fs.rmSync(this.#root.place(temp), { force: true })
      this.#left.delete(temp)
    }
  }

  close(): void {
    if (this.#record === undefined) return
    fs.closeSync(this.#record)
    this.#record = undefined
    this.#recorded = undefined
    fs.rmSync(this.#file(), { force: true })
  }

  #writeDown(directory: string): void {
    if (this.#record === undefined) {
      fs.mkdirSync(this.#stateDir, { recursive: true })
      this.#record = fs.openSync(this.#file(), 'w')
    }
    // UTF-16 holds every text exactly; the final NUL ends it, whatever longer path was there before.
    fs.writeSync(this.#record, Buffer.from(`${directory}\0`, 'utf16le'), 0, undefined, 0)
    this.#recorded = directory
  }

  #file(): string {
    return path.join(this.#stateDir, 'temp-directory')
  }
}

/** Whether a name in a target is one of ours. */
export function isTempName(name: string): boolean {
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

/** Bytes before the first UTF-16 NUL, -1 when there is none. */
function endOf(written: Buffer): number {
  for (let at = 0; at + 1 < written.length; at += 2) if (written[at] === 0 && written[at + 1] === 0) return at
  return -1
}

const TEMP_NAME = /^\.clsync-[0-9a-f]{14}\.tmp$/
const SESSION = randomBytes(4).toString('hex')
const LAST = 0x1000000
