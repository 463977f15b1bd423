/** A source of numbers that follow from a seed. */
export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** A stream of its own, so that more draws in one place leave the others as they were. */
  fork(label: string): Random
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const random: Random = {
    next,
    below: (end) => Math.floor(next() * end),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[random.below(choices.length)]!,
    fork(label) {
      let hash = seed ^ 0x9e3779b9
      for (const char of label) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x85ebca6b) ^ (hash >>> 13)
      return createRandom(hash)
    },
  }
  return random
}
