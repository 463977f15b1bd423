import * as files from './file-operations.ts'
import { mapped } from './memory-map.ts'
import * as marks from './mark-operations.ts'
import type { Story } from './story.ts'
import * as trees from './tree-operations.ts'
import type { World } from './world.ts'

/** Done at once, or told as a story. */
export type Operation = (world: World) => Story | void

/** All operations, each with how often it is chosen, against the sum of all. */
const USUAL = {
  create: [12, files.create],
  append: [5, files.append],
  longAppend: [2, files.longAppend],
  truncate: [3, files.truncate],
  overwriteInPlace: [8, files.overwriteInPlace],
  rewriteSameSize: [1, files.rewriteSameSize],
  replaceByRename: [5, files.replaceByRename],
  createAndDelete: [3, files.createAndDelete],
  unlink: [4, files.unlink],
  hardLink: [4, files.hardLink],
  mapped: [3, mapped],
  burst: [1, files.burst],
  sparse: [1, files.sparse],
  big: [1, files.big],
  changeMode: [3, marks.changeMode],
  changeOwner: [3, marks.changeOwner],
  changeTimes: [2, marks.changeTimes],
  touch: [2, marks.touch],
  rename: [6, trees.rename],
  renameDirectory: [5, trees.renameDirectory],
  renameAndRecreate: [4, trees.renameAndRecreate],
  renameAndBack: [4, trees.renameAndBack],
  swap: [3, trees.swap],
  exchangePlaces: [3, trees.exchangePlaces],
  moveIn: [3, trees.moveIn],
  moveOut: [4, trees.moveOut],
  removeTree: [2, trees.removeTree],
  changeKind: [4, trees.changeKind],
  symlink: [3, trees.symlink],
  makeDirectory: [3, trees.makeDirectory],
  makePathAndWrite: [8, trees.makePathAndWrite],
  makeLongPath: [0, trees.makeLongPath],
} as const satisfies Record<string, readonly [weight: number, operation: Operation]>

/** Other weights than the usual ones. */
export type Weights = Partial<Record<keyof typeof USUAL, number>>

/** The usual weights, some of them changed; draws from them. */
export class Repertoire {
  readonly #weights: (readonly [operation: Operation, weight: number])[]
  readonly #sum: number

  constructor(changed: Weights = {}) {
    const names = Object.keys(USUAL) as (keyof typeof USUAL)[] // as the type of the object says
    this.#weights = names.map((name) => [USUAL[name][1], changed[name] ?? USUAL[name][0]])
    this.#sum = this.#weights.reduce((sum, [, weight]) => sum + weight, 0)
  }

  choose(world: World): Operation {
    let at = world.random.fraction() * this.#sum
    for (const [operation, weight] of this.#weights) {
      at -= weight
      if (at < 0) return operation
    }
    throw new Error('the weights do not add up')
  }
}
