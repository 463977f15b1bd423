/** Bounds how many bytes of content are held at once. What is larger than all of it waits until it is alone. */
export class Memory {
  readonly #size: number
  readonly #waiting: { readonly bytes: number; readonly admit: () => void }[] = []
  #taken = 0

  constructor(bytes: number) {
    this.#size = bytes
  }

  /** Returns what gives the bytes back, to be called once. First come, first served. */
  async take(bytes: number): Promise<() => void> {
    const most = Math.min(bytes, this.#size)
    if (this.#waiting.length > 0 || this.#taken + most > this.#size) {
      await new Promise<void>((resolve) => {
        this.#waiting.push({ bytes: most, admit: resolve })
      })
    } else this.#taken += most
    return () => this.#giveBack(most)
  }

  #giveBack(bytes: number): void {
    this.#taken -= bytes
    for (let next = this.#waiting[0]; next !== undefined && this.#taken + next.bytes <= this.#size; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#taken += next.bytes
      next.admit()
    }
  }
}
