import { execFileSync } from 'node:child_process'
import { toBytes } from './bytes.ts'

/** What a word takes of the room for arguments: its bytes, their end, and the pointer to them. */
export function argumentBytes(word: string): number {
  return toBytes(word).length + 1 + POINTER_BYTES
}

/** Bytes that arguments may take beside this environment and that of clsync. */
export function roomForArguments(env: Readonly<Record<string, string>>): number {
  const all = { ...process.env, ...env }
  const taken = Object.entries(all).reduce((sum, [name, value]) => sum + argumentBytes(`${name}=${value}`), 0)
  return systemLimit() - taken - HEADROOM_BYTES
}

const POINTER_BYTES = 8
/** POSIX asks for some, so that the program may change its environment; the shell on the way has words of its own. */
const HEADROOM_BYTES = 4096
/** What every system takes. */
const CAUTIOUS_BYTES = 128 * 1024

let limit: number | undefined

function systemLimit(): number {
  limit ??= askSystem()
  return limit
}

function askSystem(): number {
  try {
    return Number.parseInt(execFileSync('getconf', ['ARG_MAX'], { encoding: 'utf8' }), 10) || CAUTIOUS_BYTES
  } catch {
    return CAUTIOUS_BYTES
  }
}
