import { createGuard, type Guard } from '../../src/engine/guard.ts'
import type { Observation } from '../../src/model/entry.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import { fromText } from '../../src/model/path.ts'
import type { SeenTable } from '../../src/model/seen.ts'

const DIRECTORY: Observation = {
  ...{ kind: 'directory', sizeBytes: 0, mtimeMs: 0, ctimeMs: 0, birthMs: 5 },
  ...{ mode: 0o755, uid: 0, gid: 0, dev: 7, ino: 2, nlink: 2 },
}

/** A root that is what the test says, with a guard for each process that looks at it. */
export class GuardedRoot {
  static readonly PATH = fromText('/src')
  /** What is there. */
  now: Observation | undefined = DIRECTORY
  /** Without any, it may not be read. */
  names: string[] | undefined = ['a']
  /** What the next process knows of it. */
  recorded: string | undefined
  /** Called before it is written down; may throw. */
  onRecord: () => void = () => {}
  /** Called when its file system is asked for. */
  onType: () => void = () => {}
  readonly fs: FileSystem = {
    look: () => this.now,
    list: () => {
      if (this.names === undefined) throw Object.assign(new Error('denied'), { code: 'EACCES' })
      return this.names.map(fromText)
    },
    typeOf: () => {
      this.onType()
      return 0xef53
    },
  }

  become(changes: Partial<Observation>): void {
    this.now = { ...DIRECTORY, ...changes }
  }

  guard(accept = false): Guard {
    const seen = { entries: 3, list: () => [{}] } as unknown as SeenTable // all that a guard asks of it
    const record = (text: string): void => {
      this.onRecord()
      this.recorded = text
    }
    return createGuard({ fs: this.fs, root: GuardedRoot.PATH, seen, recorded: this.recorded, record, accept })
  }
}
