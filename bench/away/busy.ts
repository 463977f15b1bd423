import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Changes a tree again and again until it is stopped; returns how many changes there were. */
export function keepBusy(root: string): { stop(): Promise<number> } {
  let isOver = false
  let count = 0
  const work = async (): Promise<void> => {
    for (; !isOver; await pause(PAUSE_MS)) change(root, count++)
  }
  const ended = work()
  return {
    async stop() {
      isOver = true
      await ended
      return count
    },
  }
}

/** Goes round a fixed number of names, so that the tree does not grow: written, renamed, written again, removed. */
function change(root: string, at: number): void {
  const name = `${root}/busy/d${at % DIRECTORIES}/f${at % NAMES}`
  fs.mkdirSync(`${root}/busy/d${at % DIRECTORIES}`, { recursive: true })
  if (at % 5 === 4) fs.rmSync(name, { force: true })
  else if (at % 7 === 6 && fs.existsSync(name)) fs.renameSync(name, `${name}-renamed`)
  else fs.writeFileSync(name, `${at} `.repeat(BYTES / 8))
}

const PAUSE_MS = 4
const DIRECTORIES = 40
const NAMES = 4000
const BYTES = 2048
