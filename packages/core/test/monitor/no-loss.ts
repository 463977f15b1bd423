import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { expect } from 'vitest'
import type { Hint } from '../../src/model/hint.ts'
import type { Case } from './conformance.ts'
import { type Scene, until } from './scene.ts'

/** What a monitor has to tell, to the hint, that promises to lose nothing. */
export const noLossCases: readonly Case[] = [
  {
    name: 'drain hands over at once what has happened, in one hint a name',
    before: 'mkdir d',
    async run({ root, monitor, follower }) {
      fs.writeFileSync(`${root}/d/f`, 'x')
      expect(follower.hints).toEqual([])
      monitor.drain()
      expect(follower.hints).toEqual([
        { type: 'entry', dir: follower.idAt('d'), name: 'f', content: true, writing: false, made: true },
      ])
    },
  },
  {
    name: 'a rename is told as one at both of its places, as the inside of a directory may have been away',
    before: 'mkdir a b a/d',
    async run({ root, monitor, follower }) {
      fs.renameSync(`${root}/a/d`, `${root}/b/e`)
      monitor.drain()
      const moved = follower.hints.filter((hint) => hint.type === 'entry').map(({ dir, name, moved: is }) => [dir, name, is])
      expect(moved).toEqual([
        [follower.idAt('a'), 'd', true],
        [follower.idAt('b'), 'e', true],
      ])
    },
  },
  {
    name: 'a directory that is removed is told of itself: another in its inode may look the same',
    before: 'mkdir d',
    async run({ root, monitor, follower }) {
      const id = follower.idAt('d')
      fs.rmdirSync(`${root}/d`)
      monitor.drain()
      expect(follower.hints).toContainEqual({ type: 'directory', dir: id } satisfies Hint)
    },
  },
  root('removed', 'rm -rf "$PWD"', ['gone']),
  root('moved away', 'mv "$PWD" $OUT/root', ['gone']),
  root('removed and made again', 'rm -rf "$PWD"; mkdir "$PWD"', ['gone', 'replaced']),
  root('exchanged for another', 'mkdir $OUT/new; mv "$PWD" $OUT/old; mv $OUT/new "$PWD"', ['gone', 'replaced']),
  { name: 'the root is removed while a process works in it, which keeps the kernel from saying so', run: rootInUse },
  {
    name: 'a neighbour of the root that comes and goes means nothing',
    async run({ base, monitor, follower }) {
      fs.writeFileSync(`${base}/neighbour`, 'x')
      fs.rmSync(`${base}/neighbour`)
      monitor.drain()
      expect(follower.hints).toEqual([])
    },
  },
]

/** The last of what is said of the root is how it is. */
function root(what: string, script: string, states: readonly string[]): Case {
  return {
    name: `the root is ${what}`,
    before: 'mkdir -p a/b; echo x > a/b/f',
    async run(scene) {
      const said = (): string[] => scene.follower.hints.flatMap((hint) => (hint.type === 'root' ? [hint.state] : []))
      await scene.shell(script)
      await until(() => states.every((state) => said().includes(state)))
      scene.monitor.drain()
      expect(said().at(-1)).toBe(states.at(-1))
      expect(said().length).toBeLessThanOrEqual(3)
    },
  }
}

async function rootInUse({ root: path, follower }: Scene): Promise<void> {
  const holder = spawn('sleep', ['60'], { cwd: path, stdio: 'ignore' })
  try {
    await new Promise((resolve) => holder.once('spawn', resolve))
    fs.rmdirSync(path)
    await until(() => follower.hints.some((hint) => hint.type === 'root'))
    expect(follower.hints).toContainEqual({ type: 'root', state: 'gone' } satisfies Hint)
  } finally {
    holder.kill()
  }
}
