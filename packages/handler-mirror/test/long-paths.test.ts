import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { change, directory, failures, mirrorStage, type MirrorStage } from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

/** Directories one in the other, until the path has nearly so many bytes. */
function deep(bytes: number): string {
  return Array.from({ length: Math.floor(bytes / 201) }, () => 'd'.repeat(200)).join('/')
}

describe.skipIf(process.platform !== 'linux')('where the path is as long as the system takes', () => {
  test('a short name is brought although its temporary name has too long a path', async () => {
    const left = 4095 - stage.source.root.length - 1 - 'f'.length
    const parents = deep(left - 250)
    const path = `${parents}/${'e'.repeat(left - parents.length - 2)}/f`
    stage.source.write(path, 'text')
    await stage.open()
    const above = path.split('/').slice(0, -1)
    const directories = above.map((_, at) => change('create', above.slice(0, at + 1).join('/'), directory))
    expect(failures(await stage.send([...directories, change('create', path)]))).toEqual({})
    expect(stage.destination.root.length).toBe(stage.source.root.length)
    expect(fs.readFileSync(stage.destination.at(path), 'utf8')).toBe('text')
  })

  test('what a rename has brought beyond it goes, or is renamed out of there', async () => {
    await stage.open()
    const [far, below] = [deep(3000), deep(2000)]
    for (const path of [far, `moved/${below}/gone`]) fs.mkdirSync(stage.destination.at(path), { recursive: true })
    for (const name of ['gone/f', 'kept']) stage.destination.write(`moved/${below}/${name}`, name)
    expect(failures(await stage.send([change('move', `${far}/x`, { from: 'moved', ...directory })]))).toEqual({})
    const gone = `${far}/x/${below}/gone`
    const moved = [change('move', 'back', { from: `${far}/x/${below}/kept` })]
    expect(failures(await stage.send(moved))).toEqual({})
    expect(failures(await stage.send([change('delete', `${gone}/f`), change('delete', gone, directory)]))).toEqual({})
    expect(fs.readFileSync(stage.destination.at('back'), 'utf8')).toBe('kept')
    expect(execFileSync('find', [stage.destination.root, '-name', 'gone'], { encoding: 'utf8' })).toBe('')
    execFileSync('rm', ['-rf', `${stage.destination.root}/${far.split('/')[0]}`])
  })
})
