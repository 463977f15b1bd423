import { type HandlerContext, refuse } from '@clsync/core/handler'
import { startFailure } from './failure.ts'
import type { RsyncOptions } from './options.ts'

/** Makes sure that the rsync here can do what is asked of it. Returns its version. */
export async function checkVersion({ rsyncPath, minimumVersion }: RsyncOptions, { exec }: HandlerContext): Promise<string> {
  let said: string
  try {
    said = (await exec(rsyncPath, ['--version'])).stdout
  } catch (error) {
    throw startFailure(error, rsyncPath)
  }
  const version = /^rsync\s+version\s+v?(\d+\.\d+(?:\.\d+)?)/mu.exec(said)?.[1]
  if (version === undefined) {
    throw refuse({
      message: `"${rsyncPath}" is not an rsync that clsync knows; it says: ${said.split('\n', 1)[0]}`,
      fix: 'Install rsync from https://rsync.samba.org (macOS brings another program of that name), or name it with rsyncPath.',
    })
  }
  if (isOlder(version, minimumVersion)) {
    throw refuse({
      message: `"${rsyncPath}" is rsync ${version}; ${minimumVersion} or newer is needed.`,
      fix: 'Install a newer rsync, or name one with the option rsyncPath.',
    })
  }
  return version
}

export function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  for (let at = 0; at < 3; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
