import fs from 'node:fs'
import { libc } from './native.ts'
import type { Story } from './story.ts'
import type { World } from './world.ts'

/** Bytes written through a memory map: the kernel tells of them when the file is closed, and some file systems keep no time. */
export function* mapped(world: World): Story {
  const path = world.existing('file')
  if (path === undefined || system === undefined) return
  const { random } = world
  const fd = fs.openSync(world.at(path), fs.constants.O_RDWR | fs.constants.O_NONBLOCK | fs.constants.O_NOFOLLOW)
  try {
    const length = Math.min(LONGEST, fs.fstatSync(fd).size)
    if (length === 0) return
    const memory = system.mmap(null, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
    if (memory === null) return
    try {
      for (let times = 1 + random.below(3); times > 0; times--) {
        world.tell('write through a map', path)
        const bytes = random.bytes(length)
        // Beyond the end of a file that others have cut there is nothing to write to.
        system.memcpy(memory, bytes, Math.min(length, fs.fstatSync(fd).size))
        if (random.chance(0.5)) yield
      }
    } finally {
      system.munmap(memory, length)
    }
    if (!world.isWatched) fs.futimesSync(fd, new Date(), new Date())
  } finally {
    world.tell('close a map', path)
    fs.closeSync(fd)
  }
}

const system = libc && {
  mmap: libc.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
  munmap: libc.func('int munmap(void *, size_t)'),
  memcpy: libc.func('void *memcpy(void *, const void *, size_t)'),
}

const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 1
const LONGEST = 20_000
