import { destinationGone } from './failure.ts'
import type { Hand } from './hand.ts'
import type { Answers, Sheet } from './sheet.ts'
import { readAnswers, requestFor } from './sheet-text.ts'
import { type Shell, ShellLost } from './shell.ts'
import { openScript } from './shell-text.ts'

/** A shell that is kept open at the target. */
export class ShellHand implements Hand {
  readonly #shell: Shell
  readonly #mostMs: number
  readonly #name: string

  /** Without an answer for `mostMs` the shell is given up. `name` is that of the target, for people. */
  constructor(shell: Shell, { mostMs, name }: { readonly mostMs: number; readonly name: string }) {
    this.#shell = shell
    this.#mostMs = mostMs
    this.#name = name
  }

  get isOver(): boolean {
    return this.#shell.isOver
  }

  async open(root: string, make: boolean, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await this.#shell.request({ script: openScript(root, make) }, signal)
    } catch (error) {
      if (!(error instanceof ShellLost) || error.records.length === 0) throw error
      return error.records
    }
  }

  async perform(sheet: Sheet, signal: AbortSignal): Promise<Answers> {
    const { script, content } = requestFor(sheet)
    const request = { script: `begin; ${script} over`, ...(content && { content }), mostMs: this.#mostMs }
    try {
      return readAnswers(await this.#shell.request(request, signal))
    } catch (error) {
      if (error instanceof ShellLost && error.records.includes('gone')) throw destinationGone(this.#name)
      throw error
    }
  }

  close(): void {
    this.#shell.close()
  }
}
