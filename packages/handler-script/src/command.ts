import { splitWords } from './words.ts'

/** What is run: a program with its arguments, as a template. */
export interface Command {
  /** The program first. Empty with a shell. */
  readonly words: readonly string[]
  /** With a shell: its text, which nothing is put into. */
  readonly text?: string
}

/** A command as a user writes it: words, or one text. */
export type WrittenCommand = string | readonly string[]

/** Reads a command. With a shell, its text is left as it is. Throws when there is no program in it, or a quote is not closed. */
export function readCommand(written: WrittenCommand, shell: string | undefined): Command {
  if (shell !== undefined) {
    if (typeof written !== 'string') throw new Error('with a shell, the command is one text')
    return { words: [], text: written }
  }
  const words = typeof written === 'string' ? splitWords(written) : written
  if (words[0] === undefined || words[0] === '') throw new Error('there is no program in it')
  return { words }
}
