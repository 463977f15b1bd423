import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { mutate } from './mutants/mutant.ts'
import { rooms } from './mutants/rooms.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const mutants = rooms.flatMap(({ folder, mutants }) =>
  mutants.map((mutant) => ({ ...mutant, path: path.join(folder, mutant.file) })),
)

it('each mistake can still be made, at one place', () => {
  const stale = mutants.filter((mutant) => mutate(fs.readFileSync(path.join(ROOT, mutant.path), 'utf8'), mutant) === undefined)
  expect(stale.map(({ name, path }) => `${name} (${path})`)).toEqual([])
})

it('each has a name of its own, and changes something', () => {
  const names = mutants.map(({ name }) => name)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  expect(mutants.filter(({ find, replace }) => find === replace)).toEqual([])
})

it('the tests that are tried first are there', () => {
  const missing = rooms.flatMap(({ tests }) => tests).filter((test) => !fs.existsSync(path.join(ROOT, test)))
  expect(missing).toEqual([])
})
