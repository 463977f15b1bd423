import * as files from './file-operations.ts'
import type { Story } from './story.ts'
import * as trees from './tree-operations.ts'
import type { World } from './world.ts'

/** Done at once, or told as a story. */
type Operation = (world: World) => Story | void

/** How often each is chosen, against the sum of all. */
const REPERTOIRE: readonly (readonly [weight: number, operation: Operation])[] = [
  [12, files.create],
  [5, files.append],
  [2, files.longAppend],
  [3, files.truncate],
  [8, files.overwriteInPlace],
  [5, files.replaceByRename],
  [3, files.createAndDelete],
  [4, files.unlink],
  [4, files.hardLink],
  [1, files.burst],
  [1, files.sparse],
  [1, files.big],
  [3, files.changeMode],
  [3, files.changeOwner],
  [3, files.changeTimes],
  [6, trees.rename],
  [5, trees.renameDirectory],
  [4, trees.renameAndRecreate],
  [4, trees.renameAndBack],
  [3, trees.swap],
  [3, trees.exchangePlaces],
  [3, trees.moveIn],
  [4, trees.moveOut],
  [2, trees.removeTree],
  [4, trees.changeKind],
  [3, trees.symlink],
  [3, trees.makeDirectory],
  [8, trees.makePathAndWrite],
]

const WEIGHT = REPERTOIRE.reduce((sum, [weight]) => sum + weight, 0)

/** How many work at a time. */
const WRITERS = 4

/** Several writers in one process, whose steps mingle as the seed has it. */
export class Writers {
  readonly #world: World
  readonly #stories: (Story | undefined)[] = Array.from({ length: WRITERS }, () => undefined)

  constructor(world: World) {
    this.#world = world
  }

  /** One step of one writer. */
  step(): void {
    const writer = this.#world.random.below(WRITERS)
    const isOver = this.#attempt(() => {
      const story = (this.#stories[writer] ??= this.#choose()(this.#world) ?? undefined)
      return story === undefined || story.next().done === true
    })
    if (isOver) this.#stories[writer] = undefined
  }

  /** Lets every writer come to its end. */
  finish(): void {
    for (const story of this.#stories) while (story !== undefined && !this.#attempt(() => story.next().done === true));
    this.#stories.fill(undefined)
  }

  #choose(): Operation {
    let at = this.#world.random.below(WEIGHT)
    for (const [weight, operation] of REPERTOIRE) {
      at -= weight
      if (at < 0) return operation
    }
    throw new Error('the weights do not add up')
  }

  /** Takes one step; what the others made impossible is over. Returns whether the story is. */
  #attempt(step: () => boolean): boolean {
    try {
      return step()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (!IN_EACH_OTHERS_WAY.has(code)) throw error
      this.#world.tell(`  (${code})`)
      return true
    }
  }
}

/** What happens where several work in one tree without asking each other. */
const IN_EACH_OTHERS_WAY = new Set([
  'ENOENT',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'ENOTEMPTY',
  'ELOOP',
  'EINVAL',
  'EMLINK',
  'ENXIO',
  'ENAMETOOLONG',
  'EPERM',
  'EACCES',
  'ERR_FS_EISDIR',
])
