import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** What a document tells its reader to type and to save. */
export interface Printed {
  /** Lines of its shell blocks, and commands in the text that name files (as `clsync … ./src …`), in order, without comments. */
  readonly commands: readonly string[]
  /** Blocks that begin with their name in a comment (`// my-handler.ts`), and `package.json`. */
  readonly files: ReadonlyMap<string, string>
}

/** Reads a document of this repository, as its path from the root. */
export function printedIn(document: string): Printed {
  const commands: string[] = []
  const files = new Map<string, string>()
  for (const [, language, block, inline] of readFileSync(resolve(ROOT, document), 'utf8').matchAll(BLOCK_OR_CODE)) {
    if (inline !== undefined && /^clsync .*\.\//u.test(inline)) commands.push(inline)
    if (language === 'sh') commands.push(...linesOf(block ?? ''))
    if (language === 'ts') files.set(nameOf(block ?? '', document), block ?? '')
    if (language === 'json') files.set('package.json', block ?? '')
  }
  return { commands, files }
}

const BLOCK_OR_CODE = /^```(\w*)\n(.*?)^```$|`([^`\n]+)`/gmsu

function linesOf(block: string): string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/u, '').trim())
    .filter((line) => line !== '')
}

function nameOf(block: string, document: string): string {
  const name = /^\/\/ (\S+\.ts)\n/u.exec(block)?.[1]
  if (name === undefined)
    throw new Error(`${document}: this block does not begin with its name, as in "// my-handler.ts":\n${block}`)
  return name
}
