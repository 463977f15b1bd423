/**
 * Bounded work: synchronous calls are fastest, but the event loop must turn now and then. Ask {@link over} between two small
 * calls and await {@link next} when it says so.
 */
export class Slice {
  readonly #signal: AbortSignal
  #until: number

  constructor(signal: AbortSignal) {
    signal.throwIfAborted()
    this.#signal = signal
    this.#until = performance.now() + SLICE_MS
  }

  get over(): boolean {
    return performance.now() >= this.#until
  }

  /** Lets the event loop turn; throws the signal's reason when it aborted meanwhile. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    this.#signal.throwIfAborted()
    this.#until = performance.now() + SLICE_MS
  }
}

const SLICE_MS = 10
