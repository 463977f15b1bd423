import { ClsyncError } from '../model/error.ts'

/** Blocks of a key file by name; in each, keys with their values, the last of a key. */
export type KeyFile = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads `[block]`, `key = value` and `#` comments. Throws `IMPORT_INVALID` with the line. */
export function parseKeyFile(text: string, file: string): KeyFile {
  const blocks = new Map<string, Map<string, string>>()
  let block: Map<string, string> | undefined
  for (const [at, whole] of text.split('\n').entries()) {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) continue
    const head = /^\[([^\]]+)\]$/u.exec(line)?.[1]
    const equals = line.indexOf('=')
    if (head !== undefined) {
      block = blocks.get(head) ?? new Map<string, string>()
      blocks.set(head, block)
    } else if (equals < 1 || block === undefined) {
      throw new ClsyncError('IMPORT_INVALID', {
        message: `Line ${at + 1} of ${file} cannot be read: ${line}`,
        why: block === undefined ? 'It stands before the first [block].' : 'It is neither [block] nor key = value.',
        fix: 'Correct it, or put a # before it.',
      })
    } else {
      block.set(line.slice(0, equals).trim(), unescaped(line.slice(equals + 1).trim()))
    }
  }
  return blocks
}

/** Escapes of key files. */
function unescaped(value: string): string {
  return value.replaceAll(/\\([sntr\\])/gu, (_, letter: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r' })[letter] ?? '\\')
}
