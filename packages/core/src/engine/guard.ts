import type { FileSystem } from '../model/file-system.ts'
import { ROOT_DIR } from '../model/entry.ts'
import { type RawPath, toText } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'
import type { Halt } from '../observe/status.ts'
import { identifyRoot, isSameRoot, type RootIdentity } from './root-identity.ts'

/** Thrown out of a look that would take a suspicious root for deletions. */
export class RootHalt extends Error {
  readonly halt: Halt

  constructor(halt: Halt) {
    super(halt.message)
    this.halt = halt
  }
}

/** Watches over the source's root: what it was when it was first synced, it has to be still. */
export interface Guard {
  /** What is wrong with the root, or nothing. Cheap. */
  check(): Halt | undefined
  /** The root's device number, once it was checked. */
  readonly device: number | undefined
  /** Throws {@link RootHalt} when entries of the root seem to have vanished because something is wrong with it. */
  beforeVanish(path: RawPath): void
  /** Takes the root as it is, with what has vanished from it, until {@link Guard.scanned}. */
  accept(): void
  /** Everything was scanned: what vanishes from now on is judged anew. */
  scanned(): void
}

export interface GuardOptions {
  readonly fs: FileSystem
  readonly root: RawPath
  readonly seen: SeenTable
  /** What the root was, from the last run. */
  readonly recorded: string | undefined
  record(text: string): void
  /** Take it as it is, whatever was recorded, also when it is empty. */
  readonly accept: boolean
}

export function createGuard({ fs, root, seen, recorded, record, accept }: GuardOptions): Guard {
  let known = recorded === undefined ? undefined : (JSON.parse(recorded) as RootIdentity)
  /** Device numbers may differ after a reboot: compared within a run only. */
  let dev: number | undefined
  let isAccepted = accept
  const text = toText(root)
  const isEmpty = (): boolean => {
    try {
      return fs.isEmpty?.(root) ?? fs.list(root)?.length === 0
    } catch (error) {
      throw new RootHalt(unreadable(text, error))
    }
  }
  const guard: Guard = {
    check() {
      const now = identifyRoot(fs, root)
      if (now === undefined) return gone(text)
      if (known === undefined) {
        record(JSON.stringify(now)) // first: what could not be written down is not known at the next start
        known = now
        dev = now.dev
        return undefined
      }
      if (!isSameRoot(now, known)) return replaced(text)
      const isRemounted = dev !== undefined && dev !== now.dev
      // The same file system under another number is taken at the next check, when everything has been halted and is scanned anew.
      if (dev === undefined || now.birthMs > 0) dev = now.dev
      return isRemounted ? replaced(text) : undefined
    },
    get device() {
      return dev
    },
    beforeVanish(path) {
      const wrong = guard.check()
      if (wrong !== undefined) throw new RootHalt(wrong)
      if (isAccepted) return
      if (path !== '') throw new RootHalt(mountChanged(`${text}/${toText(path)}`))
      if (isEmpty() && seen.list(ROOT_DIR, undefined, 1).length > 0 && seen.entries > 1) throw new RootHalt(emptied(text))
    },
    accept() {
      dev = undefined
      known = undefined
      isAccepted = true
      guard.check()
    },
    scanned() {
      isAccepted = false
    },
  }
  if (accept) guard.accept()
  return guard
}

const ACCEPT = 'start again with --accept'

function gone(root: string): Halt {
  return {
    code: 'ROOT_GONE',
    message: `The source ${root} is not there or is no directory any more. Nothing is deleted at any target.`,
    fix: 'Mount or restore it: syncing goes on by itself.',
  }
}

function unreadable(root: string, error: unknown): Halt {
  const { code, message } = error as NodeJS.ErrnoException // of the file system
  return {
    code: 'ROOT_GONE',
    message: `The source ${root} cannot be read (${code ?? message}). Nothing is deleted at any target.`,
    fix: 'Give clsync the right to read it: syncing goes on by itself.',
  }
}

function replaced(root: string): Halt {
  return {
    code: 'ROOT_REPLACED',
    message: `The source ${root} is another directory or file system than before (unmounted, or replaced). Nothing is deleted at any target.`,
    fix: `Mount or restore the former one: syncing goes on by itself. If the new one is meant, ${ACCEPT}.`,
  }
}

function emptied(root: string): Halt {
  return {
    code: 'ROOT_EMPTIED',
    message: `The source ${root} was emptied. Nothing is deleted at any target.`,
    fix: `Restore its files: syncing goes on by itself. If it is meant to be empty, ${ACCEPT}.`,
  }
}

function mountChanged(path: string): Halt {
  return {
    code: 'ROOT_REPLACED',
    message: `At ${path} a file system was mounted or unmounted: its files vanished without being deleted. Nothing is deleted at any target.`,
    fix: `Undo it: syncing goes on by itself. If it is meant, ${ACCEPT}.`,
  }
}
