import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as rules from './architecture/rules.ts'
import { parseSource, readSources } from './architecture/source.ts'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDERS = ['packages', 'scripts', 'e2e', 'bench', 'examples']
const all = FOLDERS.flatMap((folder) => readSources(ROOT, folder))
const shipped = all.filter(({ path }) => /^packages\/[^/]+\/src\//.test(path))

describe('this workspace', () => {
  it('is read', () => {
    expect(shipped.find(({ path }) => path === 'packages/core/src/hooks.ts')).toMatchObject({
      imports: ['tapable', 'packages/core/src/handler.ts', 'packages/core/src/observe/status.ts'],
    })
  })

  it.each([
    ['imports go one way', rules.ranks],
    ['stages do not know each other', rules.stagesApart],
    ['testing stands apart', rules.testingApart],
    ['nothing imports itself around a corner', rules.noCycles],
    ['files are short', rules.short],
    ['time comes in', rules.timeComesIn],
    ['files come in', rules.filesComeIn],
  ])('%s', (_title, rule) => {
    expect(rule(shipped)).toEqual([])
  })

  it.each([
    ['handlers use the contract only', rules.handlersUseTheContract],
    ['names say what is inside', rules.namedByWhatTheyHold],
    ['index.ts stands at package roots only', rules.indexAtRootsOnly],
  ])('%s', (_title, rule) => {
    expect(rule(all)).toEqual([])
  })
})

/** Sources that are not there: path to text. */
function sourcesOf(files: Record<string, string>) {
  return Object.entries(files).map(([path, text]) => parseSource(path, text))
}

describe('each rule reports', () => {
  it.each([
    ['an import', `import { a } from '../engine/engine.ts'`],
    ['an import of a type', `import type { A } from '../engine/engine.ts'`],
    ['a bare import', `import '../engine/engine.ts'`],
    ['a dynamic import', `export const a = () => import('../engine/engine.ts')`],
    ['an inline type import', `export type A = import('../engine/engine.ts').Engine`],
    ['a re-export', `export * from '../engine/engine.ts'`],
    ['a re-export of names', `export { a } from '../engine/engine.ts'`],
  ])('%s upwards', (_title, text) => {
    expect(rules.ranks(sourcesOf({ 'packages/core/src/model/entry.ts': text }))).toEqual([
      'packages/core/src/model/entry.ts imports packages/core/src/engine/engine.ts: model stands below engine',
    ])
  })

  it('no import that is only spoken of', () => {
    const text = `// import '../engine/engine.ts'\n/** import('../engine/engine.ts') */\nexport const a = "import '../engine/engine.ts'"\n`
    expect(rules.ranks(sourcesOf({ 'packages/core/src/model/entry.ts': text }))).toEqual([])
  })

  it('rooms without a rank', () => {
    const [found] = rules.ranks(sourcesOf({ 'packages/core/src/cellar/wine.ts': `import '../model/entry.ts'` }))
    expect(found).toContain('"cellar" has no rank')
  })

  it('an import of testing from shipped code', () => {
    const found = rules.ranks(sourcesOf({ 'packages/core/src/cli/main.ts': `import '../testing/testing.ts'` }))
    expect(found).toHaveLength(1)
  })

  it('stages that import each other, but not themselves', () => {
    const text = `import '../store/store.ts'\nimport './scan.ts'\nimport '../model/entry.ts'`
    expect(rules.stagesApart(sourcesOf({ 'packages/core/src/tree/tree.ts': text }))).toEqual([
      'packages/core/src/tree/tree.ts imports packages/core/src/store/store.ts: stages meet in the engine only',
    ])
  })

  it('testing that imports the engine', () => {
    const text = `import '../handler.ts'\nimport '../model/clock.ts'\nimport '../engine/engine.ts'`
    expect(rules.testingApart(sourcesOf({ 'packages/core/src/testing/testing.ts': text }))).toHaveLength(1)
  })

  it('cycles, once each', () => {
    const files = {
      'packages/x/src/a.ts': `import './b.ts'`,
      'packages/x/src/b.ts': `import type { C } from './c.ts'`,
      'packages/x/src/c.ts': `import './a.ts'`,
      'packages/x/src/d.ts': `import './a.ts'`,
    }
    expect(rules.noCycles(sourcesOf(files))).toEqual([
      'cycle: packages/x/src/a.ts -> packages/x/src/b.ts -> packages/x/src/c.ts -> packages/x/src/a.ts',
    ])
  })

  it('handlers that reach past the contract', () => {
    const text = [
      `import '@clsync/core'`,
      `import '@clsync/core/handler'`,
      `import '@clsync/core/testing'`,
      `import '../../core/src/hooks.ts'`,
    ]
    const files = { 'packages/handler-x/src/index.ts': text.join('\n'), 'packages/handler-x/test/x.test.ts': text.join('\n') }
    expect(rules.handlersUseTheContract(sourcesOf(files)).map((line) => line.split(':')[0])).toEqual([
      'packages/handler-x/src/index.ts imports @clsync/core',
      'packages/handler-x/src/index.ts imports @clsync/core/testing',
      'packages/handler-x/src/index.ts imports packages/core/src/hooks.ts',
      'packages/handler-x/test/x.test.ts imports @clsync/core',
      'packages/handler-x/test/x.test.ts imports packages/core/src/hooks.ts',
    ])
  })

  it('long files', () => {
    const files = { 'packages/x/src/long.ts': '\n'.repeat(251), 'packages/x/src/just.ts': '\n'.repeat(250) }
    expect(rules.short(sourcesOf(files))).toEqual(['packages/x/src/long.ts has 251 lines: split it, 250 is the most'])
  })

  it('empty names and wrong case', () => {
    const paths = [
      'packages/x/src/utils/path.ts',
      'packages/x/src/helpers.ts',
      'packages/x/src/fileSystem.ts',
      'packages/x/src/disk-usage.ts',
    ]
    const found = rules.namedByWhatTheyHold(sourcesOf(Object.fromEntries(paths.map((path) => [path, '']))))
    expect(found.map((line) => line.split(':')[0])).toEqual(paths.slice(0, 3))
  })

  it('index.ts below a package root', () => {
    const files = { 'packages/x/src/index.ts': '', 'packages/x/src/tree/index.ts': '' }
    expect(rules.indexAtRootsOnly(sourcesOf(files))).toHaveLength(1)
  })

  it.each([
    'Date.now()',
    'new Date()',
    'performance.now()',
    'setTimeout(() => {}, 1)',
    'setInterval(() => {}, 1)',
    'globalThis.setTimeout(() => {}, 1)',
    `await import('node:timers/promises')`,
  ])('%s outside the clock', (text) => {
    const files = {
      'packages/core/src/tree/tree.ts': `export const a = ${text}`,
      'packages/core/src/model/clock.ts': `export const a = ${text}`,
    }
    expect(rules.timeComesIn(sourcesOf(files))).toHaveLength(1)
  })

  it('no date that is only turned into another form', () => {
    expect(
      rules.timeComesIn(sourcesOf({ 'packages/core/src/tree/tree.ts': 'export const a = new Date(5).toISOString()' })),
    ).toEqual([])
  })

  it.each(['node:fs', 'fs', 'node:fs/promises'])('%s outside its rooms', (name) => {
    const text = `import fs from '${name}'`
    const files = {
      'packages/core/src/engine/engine.ts': text,
      'packages/core/src/store/store.ts': text,
      'packages/handler-x/src/index.ts': text,
    }
    expect(rules.filesComeIn(sourcesOf(files))).toHaveLength(1)
  })
})
