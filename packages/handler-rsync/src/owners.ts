import { execFileSync } from 'node:child_process'

/** Who writes at the target. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Owners as rsync would set them: by name where there is one, by number where names are not asked for or the same anyway. */
export class Owners {
  readonly #account: Account
  readonly #byNumber: boolean
  readonly #names = new Map<string, string>()

  constructor(account: Account, byNumber: boolean) {
    this.#account = account
    this.#byNumber = byNumber
  }

  /** User and group for `chown` and `install`; a part is missing when there is nothing to set. */
  of({ uid, gid }: { readonly uid: bigint; readonly gid: bigint }): { user?: string; group?: string } {
    const group = this.#name('group', gid)
    if (this.#account.uid === 0) return { user: this.#name('passwd', uid), group }
    // Only root gives files away; a group that is ours already needs nothing, except below a directory that hands its own on.
    return { group }
  }

  #name(database: 'passwd' | 'group', id: bigint): string {
    const number = String(id)
    if (this.#byNumber || id === 0n) return number
    const key = `${database} ${number}`
    let name = this.#names.get(key)
    if (name === undefined) {
      name = lookUp(database, number) ?? number
      this.#names.set(key, name)
    }
    return name
  }
}

function lookUp(database: string, id: string): string | undefined {
  try {
    const name = execFileSync('getent', [database, id], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      ':',
      1,
    )[0]!
    return /^[A-Za-z_][\w.-]*\$?$/u.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
