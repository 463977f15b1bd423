/** What has to be written down of batches that have come back. When the state cannot be written now, it waits until it can. */
export class Unsettled {
  readonly #waiting: (() => void)[] = []
  readonly #failed: (error: unknown) => void

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  add(settle: () => void): void {
    this.#waiting.push(settle)
    this.settle()
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Returns whether nothing waits any more. */
  settle(): boolean {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        next()
        this.#waiting.shift()
      }
      return true
    } catch (error) {
      this.#failed(error)
      return false
    }
  }
}
