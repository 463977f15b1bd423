import type { Step } from '../batch/step.ts'
import type { Clock } from '../model/clock.ts'
import { sameIdentity, sameObservation } from '../model/entry.ts'
import type { FileSystem } from '../model/file-system.ts'
import { nameOf, parentOf, type RawPath } from '../model/path.ts'
import { sameSignature } from '../model/signature.ts'
import type { Task } from '../model/task.ts'
import type { Store } from '../store/store.ts'
import type { Tree } from '../tree/tree.ts'
import type { Patrol } from './patrol.ts'

/**
 * Whether the source is not what it was when a step was made. A handler brings what is there while it works, so that then nobody
 * knows what the target holds. What is found is taken as a hint; that bytes were written, too, as no monitor may have seen it.
 */
export interface SecondLook {
  /** What is to be known of the source, when steps are sent, to tell later whether it has changed since. */
  first(steps: readonly Step[]): FirstLook
  /**
   * In how many milliseconds a step has to be sent once more, as nobody knows what the handler has met; `undefined`: it need not. What
   * has changed is hinted at.
   */
  resendMs(step: Step, first: FirstLook): number | undefined
  /**
   * Why something must not be deleted yet: `back`, it is there again, and nobody may ever tell (it is hinted at, then);
   * `unknown`, nobody could look whether it is there.
   */
  doubt(step: Step): Doubt | undefined
}

export interface FirstLook {
  /** The last one that was given out. */
  readonly stamp: number
  /** Wall time when it was taken. */
  readonly atMs: number
  /**
   * Where the monitor may miss something, the times of change of directories: one that made room for something else and is back looks
   * as before otherwise. NaN of what could not be looked at, or was another already.
   */
  readonly ctimesMs: ReadonlyMap<Step, number>
}

export type Doubt = 'back' | 'unknown'

export interface SecondLookOptions {
  readonly fs: FileSystem
  readonly clock: Pick<Clock, 'now'>
  readonly root: RawPath
  readonly task: Pick<Task, 'rules' | 'mounts' | 'signature'>
  readonly store: Pick<Store, 'seen' | 'counters'>
  readonly patrol: Pick<Patrol, 'isUnknown' | 'mayMiss'>
  /** Another object after the tree was read anew. */
  tree(): Tree
}

export function createSecondLook(options: SecondLookOptions): SecondLook {
  const { patrol, store, clock } = options
  return {
    doubt(step) {
      if (step.type !== 'delete') return undefined
      if (patrol.isUnknown(step.path)) return 'unknown'
      return patrol.mayMiss && hasChanged(options, step, AT_ANY_TIME) ? 'back' : undefined
    },
    first(steps) {
      const directories = patrol.mayMiss ? steps.filter(({ seen }) => seen?.kind === 'directory') : []
      const ctimesMs = new Map(directories.map((step) => [step, ctimeOf(options, step)]))
      return { stamp: store.counters.stamp, atMs: clock.now(), ctimesMs }
    },
    resendMs(step, first) {
      if (hasChanged(options, step, first)) return 0
      const ctimeMs = first.ctimesMs.get(step)
      return ctimeMs !== undefined && isWithinTick(ctimeMs, first.atMs) ? LONGEST_TICK_MS : undefined
    },
  }
}

const AT_ANY_TIME: FirstLook = { stamp: Infinity, atMs: Infinity, ctimesMs: new Map() }

function hasChanged(options: SecondLookOptions, step: Step, first: FirstLook): boolean {
  try {
    if (step.seen === undefined ? !isBack(options, step.path, first.stamp) : isStill(options, step, first)) return false
  } catch {
    // It will be looked at again, and then be a problem.
  }
  const parent = options.tree().directories.nearest(parentOf(step.path))
  if (parent.exact) options.tree().hint({ type: 'entry', dir: parent.dir, name: nameOf(step.path), content: true })
  return true
}

/** Whether what happened at a moment may have been given a time. Times of whole seconds are taken for those of a file system that has no others. */
function isWithinTick(timeMs: number, momentMs: number): boolean {
  return Math.abs(momentMs - timeMs) <= (timeMs % 1000 === 0 ? LONGEST_TICK_MS : KERNEL_TICK_MS)
}

const LONGEST_TICK_MS = 1000
/** Linux gives files the time of its last timer interrupt, of which there are 100 a second at least. */
const KERNEL_TICK_MS = 10

function ctimeOf({ fs, root }: SecondLookOptions, { path, seen }: Step): number {
  try {
    const disk = fs.look(`${root}/${path}` as RawPath)
    return disk !== undefined && seen !== undefined && sameIdentity(disk, seen) ? disk.ctimeMs : NaN
  } catch {
    return NaN // it may be there when the handler looks
  }
}

function isStill({ fs, root, task: { signature } }: SecondLookOptions, step: Step, { ctimesMs }: FirstLook): boolean {
  const { path, seen } = step
  const disk = fs.look(`${root}/${path}` as RawPath)
  if (disk === undefined || seen === undefined || (ctimesMs.get(step) ?? disk.ctimeMs) !== disk.ctimeMs) return false
  return (
    sameObservation(disk, seen) || (signature !== undefined && sameIdentity(disk, seen) && sameSignature(signature, disk, seen))
  )
}

/** Whether something is where something was deleted that was not seen when that was decided. */
function isBack(
  { fs, root, task: { rules, mounts = 'enter' }, store, tree }: SecondLookOptions,
  path: RawPath,
  stamp: number,
): boolean {
  const parent = tree().directories.find(parentOf(path))
  if (parent === undefined) return false // also when there is a symlink on the way now
  const disk = fs.look(`${root}/${path}` as RawPath)
  if (disk === undefined || !rules.wants(path, disk.kind) || (mounts !== 'enter' && disk.dev !== 0)) return false
  const row = store.seen.get(parent, nameOf(path))
  return row === undefined || row.stamp > stamp || !sameObservation(row, disk)
}
