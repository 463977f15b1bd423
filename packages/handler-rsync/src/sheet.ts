import type { Request } from './shell.ts'
import { below, here, timeWord, word } from './shell-text.ts'
import { nameOf, parentOf } from './path.ts'

/** Attributes to set, as the commands take them. */
export interface Attributes {
  readonly user?: string
  readonly group?: string
  /** Permission bits. */
  readonly mode: number
  readonly mtimeNs: bigint
}

/** What the shell is to do, written down step by step. Paths are bytes, one character each. A step says `ok` with its number. */
export class Sheet {
  #script = ''
  readonly #content: Uint8Array[] = []
  #steps = 0

  get isEmpty(): boolean {
    return this.#script === ''
  }

  /** A new file, put in the place of what is at `path` in one step. Returns its number, as all of these do. */
  file(path: string, temp: string, content: Uint8Array, { user, group, mode, mtimeNs }: Attributes): number {
    const size = content.length
    const owner = `${user === undefined ? '' : ` -o ${user}`}${group === undefined ? '' : ` -g ${group}`}`
    const make = `install -m ${octal(mode)}${owner} /dev/null ./${temp}`
    const finish = `touch -d ${timeWord(mtimeNs)} ./${temp} && mv -fT -- ./${temp} ${here(nameOf(path))}`
    if (size <= MOST_INLINE && !content.includes(0)) {
      const text = word(Buffer.from(content.buffer, content.byteOffset, size).toString('latin1'))
      const fill = size === 0 ? '' : `printf %s ${text} >>./${temp} && `
      return this.#step((ok) => `if ${at(path)} && ${make}; then ${fill}${finish} && ${ok} || rm -f -- ./${temp}; fi;`)
    }
    this.#content.push(content, WHOLE)
    return this.#step(
      (ok) => `if ${at(path)} && ${make}; then w ${temp} ${size}; ${finish} && ${ok} || rm -f -- ./${temp}; else d ${size}; fi;`,
    )
  }

  /** Owner, mode and time of a file whose content is right. */
  attributes(path: string, attributes: Attributes): number {
    const name = here(nameOf(path))
    const owner = ownerWord(attributes)
    const own = owner === '' ? '' : `chown ${owner} ${name} && `
    const set = `${own}chmod ${octal(attributes.mode)} ${name} && touch -d ${timeWord(attributes.mtimeNs)} ${name}`
    return this.#step((ok) => `${at(path)} && [ -f ${name} ] && ! [ -L ${name} ] && ${set} && ${ok};`)
  }

  /** A link, put in the place of what is at `path` in one step. */
  link(path: string, temp: string, text: string, attributes: Attributes): number {
    const owner = ownerWord(attributes)
    const own = owner === '' ? '' : `chown -h ${owner} ./${temp} && `
    const finish = `${own}touch -h -d ${timeWord(attributes.mtimeNs)} ./${temp} && mv -fT -- ./${temp} ${here(nameOf(path))}`
    return this.#step(
      (ok) => `if ${at(path)} && ln -s -- ${word(text)} ./${temp}; then ${finish} && ${ok} || rm -f -- ./${temp}; fi;`,
    )
  }

  /** A directory, for us alone until it is settled; a file or link in its place goes. */
  directory(path: string): number {
    const name = here(nameOf(path))
    return this.#step(
      (ok) => `${at(path)} && { isdir ${name} || { { ! has ${name} || rm -f -- ${name}; } && mkdir -- ${name}; }; } && ${ok};`,
    )
  }

  /** Owner, mode and time of a directory. */
  settle(path: string, attributes: Attributes): number {
    const owner = ownerWord(attributes)
    const own = owner === '' ? '' : `chown ${owner} . && `
    const mode = `chmod 0${octal(attributes.mode)} .`
    return this.#step((ok) => `at ${below(path)} && ${own}${mode} && touch -d ${timeWord(attributes.mtimeNs)} . && ${ok};`)
  }

  /** The time of a directory that entries came to or went from. */
  time(path: string, mtimeNs: bigint): number {
    return this.#step((ok) => `at ${below(path)} && touch -d ${timeWord(mtimeNs)} . && ${ok};`)
  }

  /** Removes files, links and empty directories from one directory; says `left`, which one by its place, and why. */
  remove(directory: string, paths: readonly string[]): void {
    const names = paths.map((path) => here(nameOf(path)))
    const looks = names.map((name, place) => `left ${place} ${name};`).join(' ')
    // Behind a link or below a file there is nothing of ours.
    const missing = `e=$(stat -- "$r"${below(directory)} 2>&1) && e="not to be entered"; case $e in *"No such"*|*"Not a dir"*) ;; *) s shut "$e";; esac;`
    const otherwise = `elif cd -P -- "$r"${below(directory)} 2>/dev/null; then :; else ${missing}`
    this.#script += `if at ${below(directory)}; then rm -df -- ${names.join(' ')} 2>/dev/null; ${looks} ${otherwise} fi; `
  }

  /** Renames. An empty directory, a file or a link in the new place goes. Says `unmoved`, its number, and why. */
  move(from: string, path: string): number {
    const old = `"$r"${below(from)}`
    const name = here(nameOf(path))
    const clear = `if isdir ${name}; then isdir ${old} || rmdir -- ${name}; else isdir ${old} && has ${name} && rm -f -- ${name}; fi`
    const go = `at ${below(parentOf(from))} && ${at(path)}`
    return this.#step(
      (ok, number) =>
        `if ${go}; then if has ${old}; then ${clear}; e=$(mv -fT -- ${old} ${name} 2>&1) && ${ok} || s unmoved ${number} "$e"; ` +
        `elif has ${name}; then s moved ${number}; else s unmoved ${number} absent; fi; else s unmoved ${number} "no such directory"; fi;`,
    )
  }

  request(): Request {
    return { script: this.#script, content: this.#content }
  }

  #step(text: (ok: string, number: number) => string): number {
    const number = this.#steps++
    this.#script += `${text(`s ok ${number}`, number)} `
    return number
  }
}

/** What the shell has said of the steps of a sheet. */
export class Answers {
  readonly ok = new Set<number>()
  /** Moves whose origin was gone and whose place was taken. */
  readonly moved = new Set<number>()
  /** Reasons by number. */
  readonly unmoved = new Map<number, string>()
  readonly left = new Map<number, string>()
  /** Directories could not be entered. */
  shut: string | undefined

  constructor(records: readonly string[]) {
    for (let at = 0; at < records.length; at++) {
      const said = records[at]
      if (said === 'shut') this.shut = records[++at]
      const number = Number(records[at + 1])
      if (said === 'ok') this.ok.add(number)
      else if (said === 'moved') this.moved.add(number)
      else if (said === 'unmoved') this.unmoved.set(number, records[++at + 1] ?? '')
      else if (said === 'left') this.left.set(number, records[++at + 1] ?? '')
      if (said !== 'shut') at++
    }
  }
}

function at(path: string): string {
  return `at ${below(parentOf(path))}`
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function ownerWord({ user, group }: Attributes): string {
  return user === undefined && group === undefined ? '' : `${user ?? ''}${group === undefined ? '' : `:${group}`}`
}

/** So much text is written by the shell itself, which saves a process. */
const MOST_INLINE = 2048
const WHOLE = Buffer.from('whole\n')
