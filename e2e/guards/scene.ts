import fs from 'node:fs'
import { expect } from 'vitest'
import type { Daemon, LogLine } from '../stage/daemon.ts'
import type { Stage } from '../stage/stage.ts'
import { type TreeState, treeState } from '../stage/tree-state.ts'

/** What becomes of a source or a target, how it is undone, and what has to be said of it. */
export interface Accident {
  readonly what: string
  /** Of the halt. */
  readonly code: string
  /** What a clsync that is started then is ended with; without it, it halts. */
  readonly refusal?: string
  /** Before the first sync. */
  readonly prepare?: () => void
  readonly happen: () => void
  readonly undo: () => void
}

/** With a source of one directory, so that one rename empties it, copied. */
export async function running(stage: Stage, args: readonly string[] = []): Promise<Daemon> {
  if (!fs.existsSync(stage.at('source/directory'))) stage.fill('source/directory', 20)
  const daemon = stage.start(args)
  await daemon.ready()
  await stage.exact()
  return daemon
}

/** It halts, names the place, says what to do, and the target has lost nothing. */
export async function halted(stage: Stage, daemon: Daemon, code: string, before: TreeState): Promise<LogLine> {
  const line = await daemon.line(`a halt with ${code}`, (each) => each.event === 'halted' && each.code === code)
  expect(line.message).toContain(stage.source)
  expect(line.message).toContain('Nothing is deleted at any target.')
  expect(line.message).toMatch(/goes on by itself/u)
  expect(missing(stage, before)).toEqual([])
  return line
}

/** What the target does not hold any more. */
export function missing(stage: Stage, before: TreeState): string[] {
  const now = treeState(stage.target)
  return [...before.keys()].filter((path) => !now.has(path))
}

/** What the target holds that it did not. */
export function added(stage: Stage, before: TreeState): string[] {
  return [...treeState(stage.target).keys()].filter((path) => !before.has(path))
}
