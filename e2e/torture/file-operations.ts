import fs from 'node:fs'
import type { Story } from './story.ts'
import { join, OPEN, type World, writeFile } from './world.ts'

/** Makes a file; what is there is overwritten. */
export function create(world: World): void {
  const path = world.place()
  world.tell('create', path)
  writeFile(world.at(path), content(world))
}

export function append(world: World): void {
  const path = world.existing('file')
  if (path === undefined) return
  world.tell('append', path)
  writeFile(world.at(path), content(world), OPEN.append)
}

/** A log that goes on for a while, through one open descriptor. */
export function* longAppend(world: World): Story {
  const path = world.random.chance(0.5) ? world.existing('file') : world.place()
  if (path === undefined) return
  world.tell('open for a long append', path)
  const fd = fs.openSync(world.at(path), OPEN.append)
  try {
    for (let count = 5 + world.random.below(15); count > 0; count--) {
      fs.writeSync(fd, content(world))
      yield
    }
  } finally {
    world.tell('close after a long append', path)
    fs.closeSync(fd)
  }
}

export function truncate(world: World): void {
  const path = world.existing('file')
  if (path === undefined) return
  const { size } = fs.lstatSync(world.at(path))
  world.tell('truncate', path)
  fs.truncateSync(world.at(path), world.random.below(size + 10))
}

/** Other bytes of the same size in the same file; sometimes twice at once. */
export function* overwriteInPlace(world: World): Story {
  const path = world.existing('file')
  if (path === undefined) return
  const fd = fs.openSync(world.at(path), OPEN.edit)
  try {
    const size = Math.max(1, Math.min(20_000, fs.fstatSync(fd).size))
    for (let times = 1 + world.random.below(3); times > 0; times--) {
      world.tell('overwrite in place', path)
      fs.writeSync(fd, world.random.bytes(size), 0, size, 0)
      if (world.random.chance(0.3)) yield
    }
  } finally {
    fs.closeSync(fd)
  }
}

/** Again and again at full speed, so that only the bytes tell one version from the next. */
export function* rewriteSameSize(world: World): Story {
  const path = world.existing('file') ?? world.place()
  const size = 1 + world.random.below(500)
  world.tell('rewrite with equal size', path)
  for (let times = 2 + world.random.below(15); times > 0; times--) {
    writeFile(world.at(path), world.random.bytes(size))
    if (world.random.chance(0.3)) yield
  }
}

/** How editors save: a new file beside the old one, then a rename over it. */
export function* replaceByRename(world: World): Story {
  const path = world.existing('file') ?? world.place()
  const temp = join(world.directory(), `${world.random.below(1e6)}~`)
  world.tell('replace by rename', path, temp)
  writeFile(world.at(temp), content(world))
  if (world.random.chance(0.5)) yield
  world.rename(temp, path)
}

export function* createAndDelete(world: World): Story {
  const path = world.place()
  world.tell('create and delete', path)
  fs.writeFileSync(world.at(path), content(world), { flag: 'wx' })
  if (world.random.chance(0.5)) yield
  fs.unlinkSync(world.at(path))
}

export function unlink(world: World): void {
  const path = world.existing('file')
  if (path === undefined) return
  world.tell('unlink', path)
  fs.unlinkSync(world.at(path))
}

/** Several names of one file; then bytes through one of them. */
export function* hardLink(world: World): Story {
  const path = world.existing('file')
  if (path === undefined) return
  const names = [path]
  for (let count = 1 + world.random.below(2); count > 0; count--) {
    const name = world.place()
    world.tell('link', path, name)
    world.link(path, name)
    names.push(name)
    if (world.random.chance(0.5)) yield
  }
  const through = world.random.pick(names)
  world.tell('write through one of several names', through)
  writeFile(world.at(through), content(world))
}

export function* burst(world: World): Story {
  const dir = join(world.directory(), `burst${world.random.below(4)}`)
  world.tell('burst of 200 files', dir)
  fs.mkdirSync(world.at(dir), { recursive: true })
  for (let count = 0; count < 200; count++) {
    writeFile(world.at(join(dir, `f${count}`)), String(count).padEnd(1 + world.random.below(1000)))
    if (count % 20 === 19) yield
  }
}

/** Mostly a hole. */
export function* sparse(world: World): Story {
  const path = world.place()
  world.tell('sparse file', path)
  const fd = fs.openSync(world.at(path), OPEN.write)
  try {
    fs.ftruncateSync(fd, 1_000_000 + world.random.below(8_000_000))
    fs.writeSync(fd, world.random.bytes(100), 0, 100, world.random.below(1_000_000))
    yield
    fs.writeSync(fd, world.random.bytes(100), 0, 100, 500_000)
  } finally {
    fs.closeSync(fd)
  }
}

/** Long enough to be copied in slices, and sometimes written to while that goes on. */
export function* big(world: World): Story {
  const path = world.place()
  world.tell('big file', path)
  writeFile(world.at(path), Buffer.alloc(3_000_000 + world.random.below(2_000_000), world.random.bytes(61)))
  yield
  if (world.random.chance(0.5)) return
  const fd = fs.openSync(world.at(path), OPEN.edit)
  try {
    for (let times = world.random.below(6); times > 0; times--) {
      world.tell('write into a big file', path)
      fs.writeSync(fd, world.random.bytes(50), 0, 50, world.random.below(2_900_000))
      yield
    }
  } finally {
    fs.closeSync(fd)
  }
}

function content(world: World): Buffer {
  const { random } = world
  return random.bytes(random.chance(0.1) ? 0 : random.chance(0.1) ? 60_000 : 1 + random.below(3000))
}
