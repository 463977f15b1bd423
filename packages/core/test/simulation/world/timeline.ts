/** Something that will happen. */
interface Coming {
  readonly at: number
  readonly order: number
  /** Of the world outside: may happen in the middle of what a process does. */
  readonly isOutside: boolean
  readonly run: () => void
}

/** Virtual time in milliseconds. What happens in a process happens between two events; the world outside does not wait for it. */
export class Timeline {
  now = 0
  #order = 0
  #coming: Coming[] = []

  /** Something in a process. Returns what cancels it. */
  inside(delayMs: number, run: () => void): () => void {
    return this.#add(delayMs, run, false)
  }

  outside(delayMs: number, run: () => void): () => void {
    return this.#add(delayMs, run, true)
  }

  /** A process is busy for that long; the world goes on meanwhile. */
  spend(ms: number): void {
    const end = this.now + ms
    for (let next = this.#next(true); next !== undefined && next.at <= end; next = this.#next(true)) this.#run(next)
    this.now = Math.max(this.now, end)
  }

  /** Lets the next thing happen, when it is due until `end`; returns whether there was one. */
  step(end: number): boolean {
    const next = this.#next(false)
    if (next === undefined || next.at > end) return false
    this.#run(next)
    return true
  }

  #run(next: Coming): void {
    this.#coming.splice(this.#coming.indexOf(next), 1)
    this.now = Math.max(this.now, next.at)
    next.run()
  }

  #add(delayMs: number, run: () => void, isOutside: boolean): () => void {
    const coming = { at: this.now + Math.max(0, delayMs), order: this.#order++, isOutside, run }
    this.#coming.push(coming)
    return () => {
      const at = this.#coming.indexOf(coming)
      if (at >= 0) this.#coming.splice(at, 1)
    }
  }

  #next(outsideOnly: boolean): Coming | undefined {
    let next: Coming | undefined
    for (const coming of this.#coming) {
      if (outsideOnly && !coming.isOutside) continue
      if (next === undefined || coming.at < next.at || (coming.at === next.at && coming.order < next.order)) next = coming
    }
    return next
  }
}
