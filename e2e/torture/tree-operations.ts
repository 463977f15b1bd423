import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { exchange } from './exchange.ts'
import type { Story } from './story.ts'
import { join, type World, writeFile } from './world.ts'

/** Renames a file, a directory with all below it, or a link; whatever is at the new name is replaced where that can be. */
export function rename(world: World): void {
  const from = world.existing()
  if (from === undefined) return
  const to = world.place()
  world.tell('rename', from, to)
  world.rename(from, to)
}

export function renameDirectory(world: World): void {
  const from = world.existing('directory')
  if (from === undefined) return
  const to = world.place()
  world.tell('rename directory', from, to)
  world.rename(from, to)
}

/** The old name is taken again, by a file or a directory. */
export function* renameAndRecreate(world: World): Story {
  const from = world.existing()
  if (from === undefined) return
  const to = world.place()
  world.tell('rename, then recreate the old name', from, to)
  world.rename(from, to)
  if (world.random.chance(0.5)) yield
  if (world.random.chance(0.5)) writeFile(world.at(from), world.random.bytes(40))
  else {
    fs.mkdirSync(world.at(from))
    writeFile(world.at(join(from, 'inner')), world.random.bytes(40))
  }
}

/** Away and back, perhaps over several names. */
export function* renameAndBack(world: World): Story {
  const from = world.existing()
  if (from === undefined) return
  let at = from
  for (let count = 1 + world.random.below(3); count > 0; count--) {
    const next = world.place()
    world.tell('rename on the way', at, next)
    world.rename(at, next)
    at = next
    if (world.random.chance(0.5)) yield
  }
  world.tell('rename back', at, from)
  world.rename(at, from)
}

/** By a name between. */
export function* swap(world: World): Story {
  const [a, b] = [world.existing(), world.existing()]
  if (a === undefined || b === undefined) return
  const between = join(world.directory(), `swap${world.random.below(1e6)}`)
  world.tell('swap', a, b, between)
  world.rename(a, between)
  if (world.random.chance(0.3)) yield
  world.rename(b, a)
  if (world.random.chance(0.3)) yield
  world.rename(between, b)
}

/** In one system call. */
export function exchangePlaces(world: World): void {
  const [a, b] = [world.existing(), world.existing()]
  if (a === undefined || b === undefined || exchange === undefined) return
  world.checkExchange(a, b)
  world.tell('exchange', a, b)
  exchange(world.at(a), world.at(b))
}

/** A tree made elsewhere comes in whole. */
export function moveIn(world: World): void {
  const name = `in${world.random.below(1e6)}`
  for (const below of ['', '/sub', '/sub/deep', '/other']) {
    fs.mkdirSync(world.outsideAt(name + below))
    for (let count = 0; count < 5; count++)
      writeFile(world.outsideAt(`${name}${below}/f${count}`), world.random.bytes(1 + world.random.below(1000)))
  }
  const to = world.place()
  world.tell('move a tree in', to)
  fs.renameSync(world.outsideAt(name), world.at(to))
}

/** Out, and perhaps changed there, and perhaps in again. */
export function* moveOut(world: World): Story {
  const from = world.existing()
  if (from === undefined) return
  const name = `out${world.random.below(1e6)}`
  world.tell('move out', from)
  fs.renameSync(world.at(from), world.outsideAt(name))
  if (world.random.chance(0.3)) return
  if (world.random.chance(0.5)) yield
  if (world.random.chance(0.5) && fs.lstatSync(world.outsideAt(name)).isDirectory()) {
    writeFile(world.outsideAt(`${name}/changed outside`), world.random.bytes(50))
  }
  const to = world.random.chance(0.5) ? from : world.place()
  world.tell('move in again', to)
  world.moveIn(name, to)
}

export function removeTree(world: World): void {
  const path = world.existing('directory')
  if (path === undefined) return
  world.tell('rm -rf', path)
  fs.rmSync(world.at(path), { recursive: true, force: true })
}

/** Another kind of entry takes the name. */
export function* changeKind(world: World): Story {
  const path = world.existing()
  if (path === undefined) return
  const kind = world.random.pick(['file', 'directory', 'symlink', 'fifo'])
  world.tell(`becomes a ${kind}`, path)
  fs.rmSync(world.at(path), { recursive: true, force: true })
  if (world.random.chance(0.2)) yield
  if (kind === 'file') writeFile(world.at(path), world.random.bytes(30))
  else if (kind === 'symlink') fs.symlinkSync(linkText(world), world.at(path))
  else if (kind === 'fifo' && /^[\w/]+$/.test(path)) spawnSync('mkfifo', [world.at(path).toString()])
  else {
    fs.mkdirSync(world.at(path))
    writeFile(world.at(join(path, world.name())), world.random.bytes(30))
  }
}

export function symlink(world: World): void {
  const path = world.place()
  world.tell('symlink', path)
  fs.symlinkSync(linkText(world), world.at(path))
}

export function makeDirectory(world: World): void {
  const path = world.place()
  world.tell('mkdir', path)
  fs.mkdirSync(world.at(path))
}

/** Writes at once where no watch can be yet. */
export function makePathAndWrite(world: World): void {
  let path = world.directory()
  for (let depth = 1 + world.random.below(3); depth > 0; depth--) {
    path = join(path, world.name())
    if (world.kind(path) === undefined) fs.mkdirSync(world.at(path))
  }
  const file = join(path, world.name())
  world.tell('mkdir -p and write', file)
  writeFile(world.at(file), world.random.bytes(100))
}

/** As long as a path can be, or a little shorter. */
export function makeLongPath(world: World): void {
  let path = world.name()
  if (world.kind(path) === undefined) fs.mkdirSync(world.at(path))
  const left = (): number => world.longest - world.at(path).length - 1
  while (left() > 300) {
    path = join(path, `${world.random.below(2)}${'long'.repeat(60)}`)
    if (world.kind(path) === undefined) fs.mkdirSync(world.at(path))
  }
  const length = Math.max(1, Math.min(255, left() - (world.random.chance(0.5) ? 0 : world.random.below(50))))
  const file = join(path, String(world.random.below(2)).padEnd(length, 'x'))
  world.tell(`long path of ${world.at(file).length} bytes`, file)
  writeFile(world.at(file), world.random.bytes(50))
}

function linkText(world: World): Buffer {
  const text = world.random.pick(['nowhere', '..', '../..', '/nowhere/at/all', '.', world.name(), world.directory() || 'here'])
  return Buffer.from(text, 'latin1')
}
