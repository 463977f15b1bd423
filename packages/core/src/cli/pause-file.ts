import { existsSync } from 'node:fs'
import type { Engine } from '../engine/engine.ts'
import type { Clock, Timer } from '../model/clock.ts'
import type { Logger } from '../observe/log.ts'

interface PauseOptions {
  readonly file: string
  readonly engine: Pick<Engine, 'pause' | 'resume'>
  readonly clock: Clock
  readonly log: Logger
}

/** Pauses the engine while the file exists. The first look is done before this returns. Returns what ends the watch. */
export function watchPauseFile({ file, engine, clock, log }: PauseOptions): () => void {
  let isPaused = false
  let timer: Timer | undefined
  const look = (): void => {
    timer = clock.after(LOOK_MS, look)
    const exists = existsSync(file)
    if (exists === isPaused) return
    isPaused = exists
    if (exists) engine.pause()
    else engine.resume()
    log.event('pause-file', exists ? `paused: ${file} exists` : `goes on: ${file} is gone`, { paused: exists })
  }
  look()
  return () => timer?.cancel()
}

const LOOK_MS = 1000
