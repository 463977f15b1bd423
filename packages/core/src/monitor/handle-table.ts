/**
 * Numbers for file handles: small ones, given out again when they are free. Keys are compared where the kernel has put them, so
 * that an event of a directory that nobody asked for makes no object. About 40 bytes a handle.
 *
 * A key is a `struct file_handle` in 32-bit words: size in bytes, type, and the handle itself, whose size is a multiple of four.
 */
export class HandleTable {
  /** By hash: where the first record of a chain begins. */
  #chains = new Uint32Array(FIRST_CHAINS)
  /** Records: where the next of the chain begins, the handle's number, the key. */
  #records = new Uint32Array(FIRST_WORDS)
  /** By number: where the record begins. */
  #places = new Uint32Array(FIRST_CHAINS)
  readonly #free: number[] = []
  #end = FIRST_RECORD
  #last = NONE
  #wasteWords = 0

  get size(): number {
    return this.#last - this.#free.length
  }

  /** The number of the handle at `words[at]`, or {@link NONE}. */
  find(words: Uint32Array, at: number): number {
    const records = this.#records
    const length = keyLength(words, at)
    let record = this.#chains[this.#chainOf(words, at, length)]!
    while (record !== 0 && !isEqual(records, record + KEY, words, at, length)) record = records[record]!
    return record === 0 ? NONE : records[record + NUMBER]!
  }

  /** The number that this handle has or gets. */
  add(words: Uint32Array, at: number): number {
    const known = this.find(words, at)
    if (known !== NONE) return known
    const length = keyLength(words, at)
    this.#makeRoom(KEY + length)
    const number = this.#free.pop() ?? ++this.#last
    const record = this.#end
    this.#end += KEY + length
    this.#records.set(words.subarray(at, at + length), record + KEY)
    this.#records[record + NUMBER] = number
    this.#places[number] = record
    this.#link(record)
    return number
  }

  remove(number: number): void {
    const records = this.#records
    const record = this.#places[number]!
    const length = keyLength(records, record + KEY)
    const chain = this.#chainOf(records, record + KEY, length)
    let before = this.#chains[chain]!
    if (before === record) this.#chains[chain] = records[record]!
    else {
      while (records[before] !== record) before = records[before]!
      records[before] = records[record]!
    }
    this.#places[number] = 0
    this.#free.push(number)
    this.#wasteWords += KEY + length
  }

  clear(): void {
    this.#chains.fill(0)
    this.#places.fill(0)
    this.#free.length = 0
    this.#end = FIRST_RECORD
    this.#last = NONE
    this.#wasteWords = 0
  }

  #makeRoom(words: number): void {
    if (this.#last + 1 >= this.#places.length) this.#places = grown(this.#places, 2 * this.#places.length)
    const needed = this.#end - this.#wasteWords + words
    if (this.#end + words > this.#records.length) this.#compact(2 * needed)
    if (this.size < this.#chains.length) return
    this.#chains = new Uint32Array(2 * this.#chains.length)
    for (let number = 1; number <= this.#last; number++) if (this.#places[number] !== 0) this.#link(this.#places[number]!)
  }

  /** Into fresh memory, without what was removed. */
  #compact(words: number): void {
    const before = this.#records
    this.#records = new Uint32Array(Math.max(words, FIRST_WORDS))
    this.#chains.fill(0)
    this.#end = FIRST_RECORD
    this.#wasteWords = 0
    for (let number = 1; number <= this.#last; number++) {
      const from = this.#places[number]!
      if (from === 0) continue
      const length = KEY + keyLength(before, from + KEY)
      this.#records.set(before.subarray(from, from + length), this.#end)
      this.#places[number] = this.#end
      this.#link(this.#end)
      this.#end += length
    }
  }

  #link(record: number): void {
    const chain = this.#chainOf(this.#records, record + KEY, keyLength(this.#records, record + KEY))
    this.#records[record] = this.#chains[chain]!
    this.#chains[chain] = record
  }

  #chainOf(words: Uint32Array, at: number, length: number): number {
    let hash = 0
    for (let word = at; word < at + length; word++) {
      hash = Math.imul(hash ^ words[word]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return (hash >>> 0) & (this.#chains.length - 1)
  }
}

/** No handle has this number. */
export const NONE = 0

/** In words. */
export function keyLength(words: Uint32Array, at: number): number {
  return 2 + (words[at]! >> 2)
}

function isEqual(a: Uint32Array, fromA: number, b: Uint32Array, fromB: number, length: number): boolean {
  for (let word = 0; word < length; word++) if (a[fromA + word] !== b[fromB + word]) return false
  return true
}

function grown(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(length)
  more.set(words)
  return more
}

const NUMBER = 1
const KEY = 2
/** 0 is the end of a chain. */
const FIRST_RECORD = 1
/** A power of two. */
const FIRST_CHAINS = 256
const FIRST_WORDS = 2048
