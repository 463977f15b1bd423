import type { Step } from '../batch/step.ts'
import { sameIdentity, sameObservation } from '../model/entry.ts'
import type { FileSystem } from '../model/file-system.ts'
import { nameOf, parentOf, type RawPath } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'
import { sameSignature } from '../model/signature.ts'
import type { Task } from '../model/task.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Tree } from '../tree/tree.ts'
import type { Patrol } from './patrol.ts'

/**
 * Whether the source is not what it was when a step was made. A handler brings what is there while it works, so that then nobody
 * knows what the target holds. What is found is taken as a hint; that bytes were written, too, as no monitor may have seen it.
 */
export interface SecondLook {
  /** `stamp`: the last one that was given out when the step was sent. */
  hasChanged(step: Step, stamp: number): boolean
  /**
   * Why something must not be deleted yet: `back`, it is there again, and nobody may ever tell (it is hinted at, then);
   * `unknown`, nobody could look whether it is there.
   */
  doubt(step: Step): Doubt | undefined
}

export type Doubt = 'back' | 'unknown'

export interface SecondLookOptions {
  readonly fs: FileSystem
  readonly root: RawPath
  readonly task: Pick<Task, 'rules' | 'mounts' | 'signature'>
  readonly seen: SeenTable
  readonly monitor: Pick<Monitor, 'guarantee'>
  readonly patrol: Pick<Patrol, 'isUnknown' | 'isBlind'>
  /** Another object after the tree was read anew. */
  tree(): Tree
}

export function createSecondLook(options: SecondLookOptions): SecondLook {
  const look: SecondLook = {
    doubt(step) {
      if (step.type !== 'delete') return undefined
      const { patrol, monitor } = options
      if (patrol.isUnknown(step.path)) return 'unknown'
      const mayMiss = monitor.guarantee !== 'no-loss' || patrol.isBlind
      return mayMiss && look.hasChanged(step, Infinity) ? 'back' : undefined
    },
    hasChanged(step, stamp) {
      try {
        if (step.seen === undefined ? !isBack(options, step.path, stamp) : isStill(options, step.path, step.seen)) return false
      } catch {
        // It will be looked at again, and then be a problem.
      }
      const parent = options.tree().directories.nearest(parentOf(step.path))
      if (parent.exact) options.tree().hint({ type: 'entry', dir: parent.dir, name: nameOf(step.path), content: true })
      return true
    },
  }
  return look
}

function isStill({ fs, root, task: { signature } }: SecondLookOptions, path: RawPath, seen: NonNullable<Step['seen']>): boolean {
  const disk = fs.look(`${root}/${path}` as RawPath)
  if (disk === undefined) return false
  return (
    sameObservation(disk, seen) || (signature !== undefined && sameIdentity(disk, seen) && sameSignature(signature, disk, seen))
  )
}

/** Whether something is where something was deleted that was not seen when that was decided. */
function isBack(
  { fs, root, task: { rules, mounts = 'enter' }, seen, tree }: SecondLookOptions,
  path: RawPath,
  stamp: number,
): boolean {
  const parent = tree().directories.find(parentOf(path))
  if (parent === undefined) return false // also when there is a symlink on the way now
  const disk = fs.look(`${root}/${path}` as RawPath)
  if (disk === undefined || !rules.wants(path, disk.kind) || (mounts !== 'enter' && disk.dev !== 0)) return false
  const row = seen.get(parent, nameOf(path))
  return row === undefined || row.stamp > stamp || !sameObservation(row, disk)
}
