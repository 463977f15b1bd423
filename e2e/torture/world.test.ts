import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRandom } from './random.ts'
import { OPEN, World, writeFile } from './world.ts'

let folder: string
let world: World
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'clsync-world-'))
  for (const name of ['source', 'outside', 'others']) fs.mkdirSync(path.join(folder, name))
  fs.writeFileSync(path.join(folder, 'others/file'), 'theirs')
  const [root, outside] = [path.join(folder, 'source'), path.join(folder, 'outside')]
  const traits = { awkward: 0, isPrivileged: true, isWatched: true, tell: () => undefined }
  world = new World({ random: createRandom(1), root, outside, ...traits })
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

it.each(['write', 'append', 'edit'] as const)('a writer does not %s through a link that has taken the place of a file', (way) => {
  fs.symlinkSync('../others/file', path.join(folder, 'source/a0'))
  expect(() => writeFile(world.at('a0'), 'ours', OPEN[way])).toThrow('ELOOP')
  expect(fs.readFileSync(path.join(folder, 'others/file'), 'utf8')).toBe('theirs')
})

it('a writer does not get out of its tree over a link that has taken the place of a directory', () => {
  fs.symlinkSync('../others', path.join(folder, 'source/a0'))
  expect(() => world.at('a0/file')).toThrow('link')
})
