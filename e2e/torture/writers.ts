import type { Repertoire } from './repertoire.ts'
import type { Story } from './story.ts'
import type { World } from './world.ts'

/** How many work at a time. */
const WRITERS = 4

/** Several writers in one process, whose steps mingle as the seed has it. */
export class Writers {
  readonly #world: World
  readonly #repertoire: Repertoire
  readonly #stories: (Story | undefined)[] = Array.from({ length: WRITERS }, () => undefined)

  constructor(world: World, repertoire: Repertoire) {
    this.#world = world
    this.#repertoire = repertoire
  }

  /** One step of one writer. */
  step(): void {
    const writer = this.#world.random.below(WRITERS)
    const isOver = this.#attempt(() => {
      const story = (this.#stories[writer] ??= this.#repertoire.choose(this.#world)(this.#world) ?? undefined)
      return story === undefined || story.next().done === true
    })
    if (isOver) this.#stories[writer] = undefined
  }

  /** Lets every writer come to its end. */
  finish(): void {
    for (const story of this.#stories) while (story !== undefined && !this.#attempt(() => story.next().done === true));
    this.#stories.fill(undefined)
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
  'EXDEV',
  'EMLINK',
  'ENXIO',
  'ENAMETOOLONG',
  'EPERM',
  'EACCES',
  'ERR_FS_EISDIR',
])
