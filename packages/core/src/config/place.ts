import { lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { ClsyncError } from '../model/error.ts'
import { relationOf, type Relation, type Whereabouts, whereaboutsOf } from './whereabouts.ts'

/** A directory of a target on this machine. */
export interface LocalTarget {
  readonly name: string
  /** Absolute. */
  readonly directory: string
  /** Where it keeps what is deleted, when it does. Absolute. */
  readonly trash?: string
}

/** `given` as an absolute path: `~` is the home directory, all else starts from `directory`. */
export function absolutePath(given: string, directory: string, home: string): string {
  if (given === '~' || given.startsWith('~/')) return path.join(home, given.slice(1))
  return path.resolve(directory, given)
}

/** Sees that a source can be watched. Throws `ROOT_MISSING` or `ROOT_NOT_A_DIRECTORY`. `origin`: who named it. */
export function checkSource(source: string, origin: string): void {
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
}

/** Refuses places that would feed on each other. Throws `TARGET_OVERLAPS_SOURCE`, `TARGETS_OVERLAP`, `STATE_DIR_UNUSABLE`. */
export function checkPlaces(source: string, targets: readonly LocalTarget[], stateDir: string): void {
  const root = whereaboutsOf(source)
  const places = targets.map(({ name, directory }) => ({ name, at: whereaboutsOf(directory) }))
  for (const place of places) {
    const relation = relationOf(place.at, root)
    if (relation !== undefined) throw targetOverlapsSource(root, place, relation)
    for (const other of places) {
      const between = other === place ? undefined : relationOf(place.at, other.at)
      if (between !== undefined) throw targetsOverlap(place, other, between)
    }
  }
  for (const { name, trash } of targets) {
    const relation = trash === undefined ? undefined : relationOf(whereaboutsOf(trash), root)
    if (relation === 'same' || relation === 'inside') throw trashInSource(name, trash!, root)
  }
  const state = whereaboutsOf(stateDir)
  for (const place of [{ name: undefined, at: root }, ...places]) {
    const relation = relationOf(state, place.at)
    if (relation === 'same' || relation === 'inside') throw stateDirInside(state, place)
  }
}

interface Place {
  /** `undefined`: the source. */
  readonly name: string | undefined
  readonly at: Whereabouts
}

const RELATIONS: Readonly<Record<Relation, string>> = {
  same: 'is the source',
  inside: 'lies inside of the source',
  around: 'contains the source',
}

function targetOverlapsSource(source: Whereabouts, { name, at }: Place, relation: Relation): ClsyncError {
  return new ClsyncError('TARGET_OVERLAPS_SOURCE', {
    message: `Target "${name}" ${RELATIONS[relation]}.`,
    why: `The source is really ${source.path}, the target ${at.path}${throughMount(source, at)}: each sync would make new changes, or overwrite the source.`,
    fix: 'Choose a destination outside of the source, and not above it.',
  })
}

function trashInSource(name: string, trash: string, source: Whereabouts): ClsyncError {
  return new ClsyncError('TARGET_OVERLAPS_SOURCE', {
    message: `The trash of target "${name}" lies inside of the source.`,
    why: `The source is really ${source.path}, the trash ${trash}: what is deleted would be found in the source again.`,
    fix: 'Choose a trash outside of the source.',
  })
}

function targetsOverlap(one: Place, other: Place, relation: Relation): ClsyncError {
  const same = relation === 'same'
  return new ClsyncError('TARGETS_OVERLAP', {
    message: `Targets "${one.name}" and "${other.name}" ${same ? 'have the same destination' : 'lie inside of each other'}.`,
    why: `One is ${one.at.path}, the other ${other.at.path}${throughMount(one.at, other.at)}.`,
    fix: 'Give each target a directory of its own.',
  })
}

function stateDirInside(state: Whereabouts, { name, at }: Place): ClsyncError {
  const what = name === undefined ? 'the source' : `target "${name}"`
  return new ClsyncError('STATE_DIR_UNUSABLE', {
    message: `The state directory ${state.path} lies inside of ${what}.`,
    why: `What clsync writes there would be synced, and change ${at.path}${throughMount(state, at)} with every sync.`,
    fix: 'Choose another one with --state-dir, CLSYNC_STATE_DIR or `stateDir`.',
  })
}

/** Said where the paths alone do not show it. */
function throughMount(one: Whereabouts, other: Whereabouts): string {
  const shows = [one.path, other.path].some((at, which) =>
    `${which === 0 ? other.path : one.path}/`.startsWith(at === '/' ? at : `${at}/`),
  )
  return shows ? '' : ' (by a mount, the same directory has another name)'
}
