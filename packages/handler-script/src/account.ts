import { execFileSync } from 'node:child_process'
import { refuse } from '@clsync/core/handler'

/** Whom a command runs as. Further groups of the user are not had. */
export interface Account {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** Looks the user and group up. Refuses when there are none of that name, or when this process may not become them. */
export function findAccount(user: string | number | undefined, group: string | number | undefined): Account | undefined {
  if (user === undefined && group === undefined) return undefined
  const uid = user === undefined ? undefined : typeof user === 'number' ? user : idOf('user', ['-u', user], user)
  const gid = group !== undefined ? groupId(group) : typeof user === 'string' ? idOf('user', ['-g', user], user) : uid
  const isOwn = uid === process.getuid?.() && gid === process.getgid?.()
  if (process.getuid?.() !== 0 && !isOwn) {
    throw refuse({
      message: `The command is to run as ${user === undefined ? `group ${group}` : `user ${user}`}, which only root can do.`,
      fix: 'Start clsync as root, or leave out `user` and `group`.',
    })
  }
  return { uid, gid }
}

function groupId(group: string | number): number {
  if (typeof group === 'number') return group
  try {
    return numberIn(execFileSync('getent', ['group', group], { encoding: 'utf8' }).split(':')[2])
  } catch (cause) {
    throw unknown('group', group, cause)
  }
}

function idOf(what: string, args: readonly string[], name: string): number {
  try {
    return numberIn(execFileSync('id', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
  } catch (cause) {
    throw unknown(what, name, cause)
  }
}

function numberIn(text: string | undefined): number {
  const found = Number.parseInt(text ?? '', 10)
  if (Number.isNaN(found)) throw new Error(`"${text}" is no number`)
  return found
}

function unknown(what: string, name: string, cause: unknown): Error {
  return refuse({ message: `There is no ${what} "${name}".`, fix: `Correct the option \`${what}\`, or make the ${what}.`, cause })
}
