import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Why file systems cannot be mounted here, nor limits be set or rights be dropped. */
export function lacksMounts(): string | undefined {
  return process.platform === 'linux' && process.geteuid?.() === 0 ? undefined : 'it needs root'
}

export function mount(...words: string[]): void {
  execFileSync('mount', words, { stdio: 'pipe' })
}

/** Tries again while files are open; then leaves it to those that hold them. */
export async function unmount(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      execFileSync('umount', [directory], { stdio: 'pipe' })
      return
    } catch {
      await pause(10)
    }
  }
  unmountLazily(directory)
}

/** Whoever is still in there, and however many are mounted over each other. */
export function unmountLazily(directory: string): void {
  while (isMounted(directory)) execFileSync('umount', ['--lazy', directory], { stdio: 'pipe' })
}

function isMounted(directory: string): boolean {
  const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.some((line) => line.split(' ')[4] === directory)
}

/** Lets a tmpfs hold no byte more than it does; returns how to free it. */
export async function fill(directory: string): Promise<() => void> {
  const { bsize, blocks } = fs.statfsSync(directory)
  // It may grow between a look at what is used and the new limit.
  for (let attempt = 0; ; attempt++) {
    const { bfree } = fs.statfsSync(directory)
    try {
      // A size of 0 would mean no limit.
      mount('-o', `remount,size=${Math.max(1, blocks - bfree) * bsize}`, directory)
      return () => mount('-o', `remount,size=${blocks * bsize}`, directory)
    } catch (error) {
      if (attempt === 100) throw error
      await pause(5)
    }
  }
}
