interface Waiter {
  readonly isDone: () => boolean
  readonly resolve: () => void
}

/** Those who wait for something to become true. */
export class Waiting {
  #waiters: readonly Waiter[] = []

  until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => (this.#waiters = [...this.#waiters, { isDone, resolve }]))
  }

  /** Lets go those whose time has come. */
  release(): void {
    const done = this.#waiters.filter((waiter) => waiter.isDone())
    if (done.length === 0) return
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter))
    for (const { resolve } of done) resolve()
  }

  releaseAll(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const { resolve } of waiters) resolve()
  }
}
