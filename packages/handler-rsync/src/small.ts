import { HandLost } from './hand.ts'
import { type Item, mayBeThere } from './item.ts'
import { isPlain } from './options.ts'
import type { Pass } from './pass.ts'
import { bytesOf, parentOf } from './path.ts'
import { Answers, type Attributes, Sheet } from './sheet.ts'

/**
 * Brings a small batch by hand, which saves starting rsync at both ends. Returns what is left for rsync: all of a large
 * batch, and whatever did not go smoothly. `undefined`: nothing is left, and the times of the directories are set too.
 */
export async function bringSmall(pass: Pass, items: readonly Item[]): Promise<readonly Item[] | undefined> {
  const { target, options } = pass.place
  if (!target.hasHand) return pass.touched.size === 0 && items.length === 0 ? undefined : items
  const small = items.length <= MOST_ITEMS && isPlain(options) ? items.filter((item) => isSmall(pass, item)) : []
  const errand = new Errand(pass)
  for (const item of small) errand.add(item)
  const left = new Set(items.filter((item) => !errand.has(item)))
  if (!errand.isEmpty) for (const item of await errand.run()) left.add(item)
  // rsync sets the times of the directories of what it brings, so those come last.
  return left.size === 0 && errand.timesAreSet ? undefined : [...left]
}

/** What is to be done in one request. */
class Errand {
  readonly #pass: Pass
  readonly #sheet = new Sheet()
  readonly #steps = new Map<Item, number[]>()
  readonly #temps = new Set<string>()
  readonly #torn: string[] = []
  timesAreSet = true

  constructor(pass: Pass) {
    this.#pass = pass
  }

  get isEmpty(): boolean {
    return this.#steps.size === 0 && this.#pass.touched.size === 0
  }

  has(item: Item): boolean {
    return this.#steps.has(item)
  }

  add(item: Item): void {
    const { source } = this.#pass.place
    const { path } = item.change
    if (item.kind === 'directory') {
      this.#steps.set(item, [this.#sheet.add({ do: 'directory', path: bytesOf(path) })])
    } else if (item.kind === 'symlink') {
      const text = source.readLink(path)
      if (text !== undefined) this.#steps.set(item, [this.#sheet.add({ do: 'link', text, ...this.#arrival(item, item.stat) })])
    } else if (isHeld(item)) {
      this.#steps.set(item, [this.#sheet.add({ do: 'attributes', path: bytesOf(path), attributes: this.#attributes(item.stat) })])
    } else {
      const snapshot = source.read(path, MOST_BYTES)
      if (snapshot === undefined) return
      if (!snapshot.still) this.#torn.push(path)
      const { content, stat } = snapshot
      this.#steps.set(item, [this.#sheet.add({ do: 'file', content, ...this.#arrival(item, stat) })])
    }
  }

  /** Returns what was not done. */
  async run(): Promise<Item[]> {
    const { target, unfinished, context } = this.#pass.place
    const times = this.#settleDirectories()
    const work = { directories: [...this.#temps], paths: [], sinceS: 0 }
    if (work.directories.length > 0) unfinished.begin(work)
    let answers: Answers
    try {
      answers = await target.perform(this.#sheet, this.#pass.signal)
    } catch (error) {
      unfinished.leave(work)
      if (!(error instanceof HandLost)) throw error
      this.#pass.signal.throwIfAborted()
      // Most likely the disk is full there; rsync finds out and says it.
      answers = new Answers()
      await target.ready(this.#pass.signal)
    }
    this.timesAreSet = times.every((number) => answers.ok.has(number))
    const left: Item[] = []
    for (const [item, steps] of this.#steps) {
      if (!steps.every((number) => answers.ok.has(number))) {
        left.push(item)
      } else if (item.kind === 'file') context.progress(Number(item.stat.size))
    }
    if (left.length === 0) unfinished.end(work)
    else unfinished.leave(work)
    const undone = new Set(left.map(({ change }) => change.path))
    this.#pass.stale.push(...this.#torn.filter((path) => !undone.has(path)))
    return left
  }

  /** Deepest first: a directory that is closed hides what is below. */
  #settleDirectories(): number[] {
    const { source } = this.#pass.place
    const own = new Map(
      [...this.#steps.keys()].filter(({ kind }) => kind === 'directory').map((item) => [item.change.path, item]),
    )
    const numbers: number[] = []
    source.forget()
    for (const path of new Set([...own.keys(), ...this.#pass.touched].toSorted((a, b) => b.length - a.length))) {
      const stat = this.#pass.lookAtTouched(path)
      if (stat === undefined) continue
      const item = own.get(path)
      const step = { path: bytesOf(path), mtimeNs: stat.stat.mtimeNs, attributes: this.#attributes(stat.stat) }
      if (item === undefined && isWritable(stat.stat)) numbers.push(this.#sheet.add({ do: 'time', ...step }))
      else (this.#steps.get(item!) ?? numbers).push(this.#sheet.add({ do: 'settle', ...step }))
    }
    return numbers
  }

  #arrival(item: Item, stat: Item['stat']) {
    const { path } = item.change
    return {
      path: bytesOf(path),
      temp: this.#temp(path),
      attributes: this.#attributes(stat),
      mayBeThere: mayBeThere(item, stat),
    }
  }

  #attributes(stat: Item['stat']): Attributes {
    return { ...this.#pass.place.target.owners?.of(stat), mode: Number(stat.mode) & 0o7777, mtimeNs: stat.mtimeNs }
  }

  #temp(path: string): string {
    this.#temps.add(bytesOf(parentOf(path)))
    return this.#pass.place.temps.next()
  }
}

/** Whether its owner may write to it. What is not was opened by us, and is to be closed. */
function isWritable({ mode }: Item['stat']): boolean {
  return (Number(mode) & 0o200) !== 0
}

/** Whether the target has the file's bytes already. */
function isHeld({ change }: Item): boolean {
  return !change.content && change.kind === 'file' && (change.type === 'move' || change.previousKind === 'file')
}

/** What the shell brings as exactly as rsync does. */
function isSmall(pass: Pass, item: Item): boolean {
  const { kind, stat } = item
  if (stat.mtimeNs < 0n) return false
  if (kind !== 'file') return true
  if (isHeld(item)) return true
  const mode = Number(stat.mode)
  // Writing clears the set-id bits, and only root writes what is read-only.
  const isOpen = (mode & 0o7000) === 0 && isWritable(stat)
  return stat.size <= MOST_BYTES && isOpen && (stat.nlink === 1n || !pass.place.options.hardLinks)
}

/** Beyond it one rsync is faster than as many steps. */
const MOST_ITEMS = 8
const MOST_BYTES = 256 * 1024
