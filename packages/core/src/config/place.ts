import { lstatSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { ClsyncError } from '../model/error.ts'

/** A directory of a target on this machine. */
export interface LocalTarget {
  readonly name: string
  /** Absolute. */
  readonly directory: string
}

/** `given` as an absolute path: `~` is the home directory, all else starts from `directory`. */
export function absolutePath(given: string, directory: string, home: string): string {
  if (given === '~' || given.startsWith('~/')) return path.join(home, given.slice(1))
  return path.resolve(directory, given)
}

/** The real path of a source that can be watched. Throws `ROOT_MISSING` or `ROOT_NOT_A_DIRECTORY`. `origin`: who named it. */
export function checkSource(source: string, origin: string): string {
  const stats = statSync(source, { throwIfNoEntry: false })
  if (!stats) {
    const dangling = lstatSync(source, { throwIfNoEntry: false })?.isSymbolicLink()
    throw new ClsyncError('ROOT_MISSING', {
      message: `The source ${source} does not exist.`,
      why: `Named by ${origin}.${dangling ? ' It is a symbolic link that leads nowhere.' : ''}`,
      fix: 'Correct the path, or make the directory. An unmounted disk must be mounted first.',
    })
  }
  if (!stats.isDirectory()) {
    throw new ClsyncError('ROOT_NOT_A_DIRECTORY', {
      message: `The source ${source} is not a directory.`,
      why: `Named by ${origin}.`,
      fix: `Name its directory ${path.dirname(source)} and include only the file: --exclude '*' --include '${path.basename(source)}'.`,
    })
  }
  return realpathSync(source)
}

/** Refuses places that would feed on each other. Throws `TARGET_OVERLAPS_SOURCE`, `TARGETS_OVERLAP`, `STATE_DIR_UNUSABLE`. */
export function checkPlaces(source: string, targets: readonly LocalTarget[], stateDir: string): void {
  const root = realPlace(source)
  const places = targets.map((target) => ({ ...target, directory: realPlace(target.directory) }))
  for (const target of places) {
    if (overlap(root, target.directory)) throw targetOverlapsSource(root, target)
    const other = places.find((one) => one !== target && overlap(one.directory, target.directory))
    if (other) throw targetsOverlap(target, other)
  }
  const state = realPlace(stateDir)
  const around = [{ name: 'source', directory: root }, ...places].find(({ directory }) => isInside(state, directory))
  if (around) throw stateDirInside(state, around)
}

/** The real path; of what does not exist yet, below the real path of the nearest directory above it that does. */
function realPlace(given: string): string {
  const missing: string[] = []
  for (let at = path.resolve(given); ; at = path.dirname(at)) {
    try {
      return path.join(realpathSync(at), ...missing)
    } catch {
      missing.unshift(path.basename(at))
      if (at === path.dirname(at)) return path.resolve(given)
    }
  }
}

function overlap(one: string, other: string): boolean {
  return isInside(one, other) || isInside(other, one)
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep)
}

function targetOverlapsSource(source: string, { name, directory }: LocalTarget): ClsyncError {
  const relation =
    directory === source ? 'is the source' : isInside(directory, source) ? 'lies inside of the source' : 'contains the source'
  return new ClsyncError('TARGET_OVERLAPS_SOURCE', {
    message: `Target "${name}" ${relation}.`,
    why: `The source is really ${source}, the target ${directory}: each sync would make new changes, or overwrite the source.`,
    fix: 'Choose a destination outside of the source, and not above it.',
  })
}

function targetsOverlap(one: LocalTarget, other: LocalTarget): ClsyncError {
  const same = one.directory === other.directory
  return new ClsyncError('TARGETS_OVERLAP', {
    message: `Targets "${one.name}" and "${other.name}" ${same ? 'have the same destination' : 'lie inside of each other'}.`,
    why: same ? `Both write to ${one.directory}.` : `One is ${one.directory}, the other ${other.directory}.`,
    fix: 'Give each target a directory of its own.',
  })
}

function stateDirInside(state: string, { name, directory }: LocalTarget): ClsyncError {
  const what = name === 'source' ? 'the source' : `target "${name}"`
  return new ClsyncError('STATE_DIR_UNUSABLE', {
    message: `The state directory ${state} lies inside of ${what}.`,
    why: `What clsync writes there would be synced, and change ${directory} with every sync.`,
    fix: 'Choose another one with --state-dir, CLSYNC_STATE_DIR or `stateDir`.',
  })
}
