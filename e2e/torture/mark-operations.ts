import fs from 'node:fs'
import { OPEN, type World } from './world.ts'

export function changeMode(world: World): void {
  const path = world.existing()
  if (path === undefined || world.kind(path) === 'symlink') return
  const { isPrivileged, random } = world
  const chosen = random.pick([...OPEN_MODES, ...(isPrivileged ? CLOSED_MODES : [])])
  const mode = isPrivileged || world.kind(path) !== 'directory' ? chosen : chosen | 0o700
  world.tell(`chmod ${mode.toString(8)}`, path)
  fs.chmodSync(world.at(path), mode)
}

export function changeOwner(world: World): void {
  const path = world.existing()
  if (path === undefined || !world.isPrivileged) return
  const [uid, gid] = [world.random.pick([0, 1000, 65534]), world.random.pick([0, 1000, 65534])]
  world.tell(`chown ${uid}:${gid}`, path)
  fs.lchownSync(world.at(path), uid, gid)
}

/** Times with a fraction; also before 1970 and in the future. */
export function changeTimes(world: World): void {
  const path = world.existing()
  if (path === undefined) return
  const seconds = world.random.pick([1_700_000_000, 1, -1000, 4_000_000_000]) + world.random.below(1e9) / 1e9
  world.tell(`utimes ${seconds}`, path)
  fs.lutimesSync(world.at(path), seconds, seconds)
}

/** To the time of now; makes the file when there is none. */
export function touch(world: World): void {
  const path = world.random.chance(0.7) ? world.existing() : world.place()
  if (path === undefined) return
  world.tell('touch', path)
  if (world.kind(path) === undefined) fs.closeSync(fs.openSync(world.at(path), OPEN.append))
  else fs.lutimesSync(world.at(path), new Date(), new Date())
}

const OPEN_MODES = [0o600, 0o644, 0o755, 0o755, 0o4755, 0o2775, 0o1777]
const CLOSED_MODES = [0o444, 0o000]
