/** Bounds how many bytes of content are held at once. What is larger than all of it waits until it is alone. */
export class Memory {
  readonly #size: number
  readonly #spare: Buffer[] = []
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

  /** Memory for so many bytes, used again where it can be. What is in it does not matter. */
  buffer(bytes: number): Buffer {
    const found = this.#spare.findIndex(({ length }) => length === bytes)
    return found < 0 ? Buffer.allocUnsafeSlow(bytes) : (this.#spare.splice(found, 1)[0] ?? Buffer.allocUnsafeSlow(bytes))
  }

  /** Nobody uses it any more. */
  recycle(buffer: Buffer): void {
    if (this.#spare.length * buffer.length < this.#size) this.#spare.push(buffer)
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
