import type { Request } from './shell.ts'
import { below, here, timeWord, word } from './shell-text.ts'
import { nameOf, parentOf } from './path.ts'
import type { Listed } from './temp-names.ts'
import { Answers, type Attributes, type Sheet, type Step } from './sheet.ts'

/** A sheet as the shell at the target takes it. */
export function requestFor(sheet: Sheet): Request {
  const content: Uint8Array[] = []
  const script = sheet.steps.map((step, number) => `${stepText(step, number, content)} `).join('')
  return { script, content }
}

/** What the shell has said. */
export function readAnswers(records: readonly string[]): Answers {
  const answers = new Answers()
  for (let at = 0; at < records.length; at++) {
    const said = records[at]
    if (said === 'shut') answers.shut = records[++at]
    if (said === 'clock') answers.clockS = Number(records[at + 1])
    const number = Number(records[at + 1])
    if (said === 'ok') answers.ok.add(number)
    else if (said === 'moved') answers.moved.add(number)
    else if (said === 'unmoved') answers.unmoved.set(number, records[++at + 1] ?? '')
    else if (said === 'list') at += takeListed(answers, number, records.slice(at + 2))
    else if (said === 'left') answers.left.set(number, records[++at + 1] ?? '')
    if (said !== 'shut') at++
  }
  return answers
}

/** Returns how many of the records were it. */
function takeListed({ listed }: Answers, number: number, records: readonly string[]): number {
  const entries: Listed[] = []
  let count = 0
  for (; ; count++) {
    const [, mode, changed, name] = /^([0-9a-f]+) (\d+) \.\/(.*)\/$/su.exec(records[count] ?? '') ?? []
    if (mode === undefined) break
    const kind = Number.parseInt(mode, 16) & S_IFMT
    if (kind === S_IFREG || kind === S_IFLNK) entries.push({ name: name!, changedS: Number(changed), isMtime: false })
  }
  listed.set(number, entries)
  return count
}

/** Says `ok` with its number when it is done. */
function stepText(step: Step, number: number, content: Uint8Array[]): string {
  const ok = `s ok ${number}`
  switch (step.do) {
    case 'file':
      return fileText(step, ok, content)
    case 'link':
      return linkText(step, ok)
    case 'attributes':
      return attributesText(step, ok)
    case 'directory':
      return directoryText(step, ok)
    case 'settle':
      return settleText(step, ok)
    case 'time':
      return `at ${below(step.path)} && touch -d ${timeWord(step.mtimeNs)} . && ${ok};`
    case 'remove':
      return removeText(step)
    case 'move':
      return moveText(step, ok, number)
    case 'list':
      return listText(step, ok, number)
    case 'clock':
      return 's clock "$(date +%s)";'
  }
}

type Of<What extends Step['do']> = Extract<Step, { readonly do: What }>

function fileText(step: Of<'file'>, ok: string, pieces: Uint8Array[]): string {
  const { path, temp, content, attributes } = step
  const { user, group, mode, mtimeNs } = attributes
  const size = content.length
  const owner = `${user === undefined ? '' : ` -o ${user}`}${group === undefined ? '' : ` -g ${group}`}`
  const make = `install -m ${octal(mode)}${owner} /dev/null ./${temp}`
  const finish = `touch -d ${timeWord(mtimeNs)} ./${temp} && ${arriveText(step)}`
  if (size <= MOST_INLINE && !content.includes(0)) {
    const text = word(Buffer.from(content.buffer, content.byteOffset, size).toString('latin1'))
    const fill = size === 0 ? '' : `printf %s ${text} >>./${temp} && `
    return `if ${at(path)} && ${make}; then ${fill}${finish} && ${ok} || rm -f -- ./${temp}; fi;`
  }
  pieces.push(content, WHOLE)
  return `if ${at(path)} && ${make}; then w ${temp} ${size}; ${finish} && ${ok} || rm -f -- ./${temp}; else d ${size}; fi;`
}

function linkText(step: Of<'link'>, ok: string): string {
  const { path, temp, text, attributes } = step
  const owner = ownerWord(attributes)
  const own = owner === '' ? '' : `chown -h ${owner} ./${temp} && `
  const finish = `${own}touch -h -d ${timeWord(attributes.mtimeNs)} ./${temp} && ${arriveText(step)}`
  return `if ${at(path)} && ln -s -- ${word(text)} ./${temp}; then ${finish} && ${ok} || rm -f -- ./${temp}; fi;`
}

/** What waits takes its place, or goes when the same is there. */
function arriveText({ path, temp, mayBeThere }: Of<'file' | 'link'>): string {
  const name = here(nameOf(path))
  const put = `mv -fT -- ./${temp} ${name}`
  return mayBeThere ? `if same ./${temp} ${name}; then rm -f -- ./${temp}; else ${put}; fi` : put
}

function attributesText({ path, attributes }: Of<'attributes'>, ok: string): string {
  const name = here(nameOf(path))
  const owner = ownerWord(attributes)
  const own = owner === '' ? '' : `chown ${owner} ${name} && `
  const set = `${own}chmod ${octal(attributes.mode)} ${name} && touch -d ${timeWord(attributes.mtimeNs)} ${name}`
  return `${at(path)} && [ -f ${name} ] && ! [ -L ${name} ] && ${set} && ${ok};`
}

function directoryText({ path }: Of<'directory'>, ok: string): string {
  const name = here(nameOf(path))
  return `${at(path)} && { isdir ${name} || { { ! has ${name} || rm -f -- ${name}; } && mkdir -- ${name}; }; } && ${ok};`
}

function settleText({ path, attributes }: Of<'settle'>, ok: string): string {
  const owner = ownerWord(attributes)
  const own = owner === '' ? '' : `chown ${owner} . && `
  const mode = `chmod 0${octal(attributes.mode)} .`
  return `at ${below(path)} && ${own}${mode} && touch -d ${timeWord(attributes.mtimeNs)} . && ${ok};`
}

/** Says `left`, which one by its place, and why. */
function removeText({ directory, names }: Of<'remove'>): string {
  const words = names.map((name) => here(name))
  const looks = words.map((name, place) => `left ${place} ${name};`).join(' ')
  // Behind a link or below a file there is nothing of ours.
  const look = `if e=$(stat -c %F -- "$r"${below(directory)} 2>&1); then [ "$e" != directory ] || s shut "not to be entered"`
  const missing = `${look}; else case $e in *"No such"*|*"Not a dir"*) ;; *) s shut "$e";; esac; fi;`
  const otherwise = `elif cd -P -- "$r"${below(directory)} 2>/dev/null; then :; else ${missing}`
  return `if at ${below(directory)}; then rm -df -- ${words.join(' ')} 2>/dev/null; ${looks} ${otherwise} fi;`
}

/** Says `unmoved`, its number, and why. */
function moveText({ from, path }: Of<'move'>, ok: string, number: number): string {
  const old = `"$r"${below(from)}`
  const name = here(nameOf(path))
  const clear = `if isdir ${name}; then isdir ${old} || rmdir -- ${name}; else isdir ${old} && has ${name} && rm -f -- ${name}; fi`
  const go = `at ${below(parentOf(from))} && ${at(path)}`
  return (
    `if ${go}; then if has ${old}; then if twins ${old} ${name}; then e=$(rm -f -- ${old} 2>&1); else ${clear}; ` +
    `e=$(mv -fT -- ${old} ${name} 2>&1); fi && ${ok} || s unmoved ${number} "$e"; ` +
    `elif has ${name}; then s moved ${number}; else s unmoved ${number} absent; fi; else s unmoved ${number} "no such directory"; fi;`
  )
}

/** Says `list`, its number, and one record for each entry; the slash at its end keeps it from being taken for anything else. */
function listText({ directory }: Of<'list'>, ok: string, number: number): string {
  const place = below(directory)
  // As `at`, but what is only looked at stays closed. What is not found was no directory of ours.
  const enter = `cd -P -- "$r"${place}/ 2>/dev/null && [ "$PWD" = "$r"${place} ]`
  const list = `s list ${number}; set +f; stat --printf "%f %Z %n/\\0" -- ./.*.* 2>/dev/null; set -f`
  return `if ${enter}; then ${list}; [ -r . ] && ${ok}; elif ! isdir "$r"${place}; then ${ok}; fi;`
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
const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFLNK = 0o120000
