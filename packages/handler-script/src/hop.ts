import { isUtf8, toBytes } from './bytes.ts'

/** A program to start, with words and variables whose bytes count. */
export interface Invocation {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Octal. */
  readonly umask?: number | undefined
}

/**
 * The shell script that turns itself into the program, where Node cannot start it as it is to be: Node takes words and variables as
 * text only, which has no bytes beyond UTF-8, and has no umask for a child. `undefined` when Node can.
 *
 * Every word stands between single quotes, where no shell reads anything but the next single quote, and those are taken apart.
 */
export function hopScript({ file, args, env, umask }: Invocation): Buffer | undefined {
  const odd = Object.entries(env).filter(([, value]) => !isUtf8(value))
  if (umask === undefined && odd.length === 0 && isUtf8(file) && args.every(isUtf8)) return undefined
  const lines = [
    ...(umask === undefined ? [] : [`umask ${umask.toString(8)}`]),
    ...odd.map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec ${[file, ...args].map(quoted).join(' ')} ${HOP_FD}<&-`,
  ]
  return toBytes(`${lines.join('\n')}\n`)
}

/** From where the shell reads its script: a socket, which cannot be opened by a name. */
export const HOP_FD = 3

/** What the shell is told to do with it. */
export const HOP = `eval "$(cat <&${HOP_FD})"`

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
