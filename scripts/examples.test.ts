import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { printedIn } from './documents/blocks.ts'
import { createFolder, type Folder } from './documents/folder.ts'

let folder: Folder
afterEach(() => folder.dispose())

/** Copies an example and runs what its README prints, with a look after each command. */
async function runExample(name: string, look: (command: string) => void = () => undefined): Promise<void> {
  folder = createFolder(`examples/${name}`)
  const { commands } = printedIn(`examples/${name}/README.md`)
  expect(commands.length).toBeGreaterThan(0)
  for (const command of commands) {
    await folder.run(command)
    look(command)
  }
}

it('first-handler works as a file and as a package', async () => {
  await runExample('first-handler')
  const sums = JSON.parse(folder.read('out/by-path.json')) as unknown
  expect(sums).toEqual({ 'hello.txt': '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03' })
  expect(JSON.parse(folder.read('out/by-name.json'))).toEqual(sums)
})

it('config syncs to two targets by its rules and profiles', async () => {
  const published: string[][] = []
  await runExample('config', () => published.push(Object.keys(JSON.parse(folder.read('out/sums.json')) as object).toSorted()))
  const always = ['index.html', 'style.css', 'welcome.draft']
  expect(published).toEqual([always, ['index.html', 'news.draft', 'style.css', 'welcome.draft'], always])
  for (const name of always) expect(folder.read(`out/copy/${name}`)).toBe(folder.read(`site/${name}`))
  for (const name of ['news.draft', 'private']) expect(existsSync(join(folder.root, 'out/copy', name))).toBe(false)
  expect(await folder.run('cat out/trash/*/news.draft')).toBe(folder.read('site/news.draft'))
})

it('plugin runs its command once when all is in sync', async () => {
  await runExample('plugin')
  expect(folder.read('out/notified.txt')).toBe('2 changes have arrived\n')
  for (const name of ['today.txt', 'tomorrow.txt']) expect(folder.read(`out/notes/${name}`)).toBe(folder.read(`notes/${name}`))
  await folder.run('clsync --once --quiet')
})
