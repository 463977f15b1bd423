import fs from 'node:fs'
import { isAbsent, reasonOf } from './errno.ts'
import { bytes, type Held } from './held.ts'
import { LocalFiles } from './local-files.ts'
import { hiddenIn, moveEntry, removeEntries } from './local-entries.ts'
import type { SetMtime } from './native.ts'
import { nameOf, parentOf } from './path.ts'
import type { Answers, Step } from './sheet.ts'

type Of<What extends Step['do']> = Extract<Step, { readonly do: What }>

/** Works off the steps of a sheet in a directory of this machine. */
export class LocalSteps {
  readonly #root: Held
  readonly #files: LocalFiles
  readonly #answers: Answers

  constructor(root: Held, setMtime: SetMtime, answers: Answers) {
    this.#root = root
    this.#files = new LocalFiles(setMtime)
    this.#answers = answers
  }

  /** Takes note of what became of it. What does not go smoothly is only not `ok`: rsync brings it then, or says why not. */
  perform(step: Step, number: number): void {
    if (step.do === 'remove') return this.#remove(step)
    if (step.do === 'move') return this.#move(step, number)
    if (step.do === 'list') return this.#list(step, number)
    // It is that of this machine.
    if (step.do === 'clock') return
    try {
      this.#do(step)
      this.#answers.ok.add(number)
    } catch {
      // It is left.
    }
  }

  #do(step: Exclude<Step, Of<'remove'> | Of<'move'> | Of<'list'> | Of<'clock'>>): void {
    const files = this.#files
    switch (step.do) {
      case 'file':
        return this.#in(parentOf(step.path), (open) => files.file(open, step))
      case 'link':
        return this.#in(parentOf(step.path), (open) => files.link(open, step))
      case 'attributes':
        return this.#in(parentOf(step.path), (open) => files.attributes(open, step))
      case 'directory':
        return this.#in(parentOf(step.path), (open) => makeDirectory(open.place(nameOf(step.path))))
      case 'settle':
        return this.#in(step.path, (open) => files.settle(open, step.attributes))
      case 'time':
        return this.#in(step.path, (open) => files.time(open, step.mtimeNs))
    }
  }

  #remove({ directory, names }: Of<'remove'>): void {
    const answers = this.#answers
    try {
      this.#in(directory, (open) => removeEntries(open, names, answers.left))
    } catch (error) {
      // Behind a link or below a file there is nothing of ours.
      if (!isAbsent(error)) answers.shut = reasonOf(error)
    }
  }

  #move({ from, path }: Of<'move'>, number: number): void {
    const { ok, moved, unmoved } = this.#answers
    try {
      this.#in(parentOf(from), (old) =>
        this.#in(parentOf(path), (open) => {
          const outcome = moveEntry(old.place(nameOf(from)), open.place(nameOf(path)))
          if (outcome === 'absent') unmoved.set(number, outcome)
          else (outcome === 'ok' ? ok : moved).add(number)
        }),
      )
    } catch (error) {
      unmoved.set(number, reasonOf(error))
    }
  }

  #list({ directory }: Of<'list'>, number: number): void {
    const { ok, listed } = this.#answers
    try {
      this.#in(directory, (open) => listed.set(number, hiddenIn(open)), 'as it is')
      ok.add(number)
    } catch (error) {
      if (isAbsent(error)) ok.add(number)
    }
  }

  /**
   * Goes to a directory when the way below the root leads through no link. One that is read-only is opened for its owner; who goes there
   * closes it in the end.
   */
  #in(directory: string, run: (open: Held) => void, how: 'to change it' | 'as it is' = 'to change it'): void {
    let open = this.#root
    try {
      for (const name of directory === '' ? [] : directory.split('/')) {
        const above = open
        open = above.enter(name)
        if (above !== this.#root) above.close()
      }
      if (how === 'to change it') makeWritable(open)
      run(open)
    } finally {
      if (open !== this.#root) open.close()
    }
  }
}

function makeWritable(open: Held): void {
  try {
    fs.accessSync(open.self, fs.constants.W_OK)
  } catch {
    try {
      fs.chmodSync(open.self, (Number(open.stat.mode) & 0o7777) | 0o200)
    } catch {
      // What is to be done there says why not.
    }
  }
}

/** For us alone until it is settled. */
function makeDirectory(place: string): void {
  const stat = fs.lstatSync(bytes(place), { throwIfNoEntry: false })
  if (stat?.isDirectory() === true) return
  if (stat !== undefined) fs.unlinkSync(bytes(place))
  fs.mkdirSync(bytes(place), 0o700)
}
