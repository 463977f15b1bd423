import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadHandler } from '../../src/load/handler.ts'
import { native, SOURCES } from '../support/native.ts'
import { handlerSource, project } from '../support/project.ts'

const found = (from: string, name: string) => loadHandler(name, { from, origin: 'clsync.config.ts' })

async function failure(from: string, name: string) {
  const error: unknown = await found(from, name).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'ClsyncError' })
  const { code, message, why = '', fix = '' } = error as { code: string; message: string; why?: string; fix?: string }
  return { code, text: `${message}\n${why}\n${fix}` }
}

const esm = (name: string, manifest: object, source = handlerSource(name)) => ({
  [`node_modules/${name}/package.json`]: { name, version: '1.0.0', type: 'module', ...manifest },
  [`node_modules/${name}/index.js`]: source,
})

describe('loadHandler finds', () => {
  test.each([
    ['exports with default', { exports: { '.': { default: './index.js' } } }],
    ['exports as text', { exports: './index.js' }],
    ['main', { main: './index.js' }],
    ['nothing but index.js', {}],
    ['exports for import alone', { exports: { '.': { types: './index.d.ts', import: './index.js' } } }],
    ['conditions without a subpath', { exports: { import: './index.js' } }],
    ['nested conditions for import alone', { exports: { '.': { import: { node: './index.js' } } } }],
  ])('a package with %s', async (_name, manifest) => {
    const directory = project({ ...esm('own-handler', manifest), 'deep/down/': '' })
    expect((await found(path.join(directory, 'deep/down'), 'own-handler')).name).toBe('own-handler')
  })

  test('a package with a scope', async () => {
    const directory = project(esm('@acme/sync', { exports: { import: './index.js' } }))
    expect((await found(directory, '@acme/sync')).name).toBe('@acme/sync')
  })

  test('CommonJS made from ES modules', async () => {
    const source = `exports.default = ${handlerSource('cjs').replace('export default ', '')}; exports.__esModule = true`
    const directory = project(esm('own-handler', { type: 'commonjs' }, source))
    expect((await found(directory, 'own-handler')).name).toBe('cjs')
  })

  test('short names', async () => {
    const directory = project(esm('@clsync/handler-rsync', {}, handlerSource('rsync')))
    expect((await found(directory, 'rsync')).name).toBe('rsync')
    const other = project(esm('clsync-handler-ftp', {}, handlerSource('ftp')))
    expect((await found(other, 'ftp')).name).toBe('ftp')
  })

  test('the embedded mirror, from anywhere', async () => {
    const directory = project()
    expect((await found(directory, '@clsync/handler-mirror')).name).toBe('mirror')
    expect((await found(directory, 'mirror')).name).toBe('mirror')
  })

  test('a file: relative, absolute, as a URL', async () => {
    const directory = project({ 'own.mjs': handlerSource('own') })
    for (const name of ['./own.mjs', path.join(directory, 'own.mjs'), `file://${directory}/own.mjs`]) {
      expect((await found(directory, name)).name).toBe('own')
    }
  })

  test('TypeScript run by Node itself, also without its ending', async () => {
    const typed = handlerSource('typed').replace('setup()', 'setup(this: unknown): object')
    const directory = project({ 'own.ts': typed, 'package.json': { type: 'module' } })
    const names = await native(`
      import { loadHandler } from '${SOURCES}load/handler.ts'
      const load = (name) => loadHandler(name, { from: '${directory}', origin: 'test' })
      print([(await load('./own.ts')).name, (await load('./own')).name])`)
    expect(names).toEqual(['typed', 'typed'])
  })
})

describe('loadHandler refuses', () => {
  test('what is not there, with the command of the package manager in use', async () => {
    const directory = project({ 'pnpm-lock.yaml': '', 'inner/': '' })
    const { code, text } = await failure(path.join(directory, 'inner'), '@acme/sync')
    expect(code).toBe('HANDLER_NOT_FOUND')
    expect(text).toContain('clsync.config.ts')
    expect(text).toContain(path.join(directory, 'inner'))
    expect(text).toContain('pnpm add @acme/sync')
  })

  test('a misspelt official one, with its name', async () => {
    expect((await failure(project(), 'rsnyc')).text).toContain('npm install @clsync/handler-rsync')
    expect((await failure(project(), '@clsync/handler-rsycn')).text).toContain('npm install @clsync/handler-rsync')
  })

  test('a path that is not there, and a file named without ./', async () => {
    const directory = project({ 'own.mjs': handlerSource('own') })
    expect((await failure(directory, './gone.ts')).text).toContain(path.join(directory, 'gone.ts'))
    expect((await failure(directory, 'own.mjs')).text).toContain('./own.mjs')
  })

  test.each([
    ['no default export', 'export const handler = 1', /no default export/u],
    ['a function', 'export default () => {}', /a function/u],
    ['no setup', 'export default { api: 1, name: "x" }', /"setup"/u],
    ['no schema', 'export default { api: 1, name: "x", setup() {}, options: {} }', /zod/u],
    ['no version', 'export default { name: "x" }', /"api"/u],
  ])('%s', async (_name, source, says) => {
    const { code, text } = await failure(project({ 'own.mjs': source }), './own.mjs')
    expect(code).toBe('HANDLER_INVALID')
    expect(text).toMatch(says)
    expect(text).toContain('clsync.config.ts')
  })

  test('one that throws while it is loaded', async () => {
    const { code, text } = await failure(project({ 'own.mjs': 'throw new Error("no licence")' }), './own.mjs')
    expect(code).toBe('HANDLER_INVALID')
    expect(text).toContain('no licence')
  })

  test.each([
    [0, 'npm install own-handler@latest'],
    [99, 'npm install @clsync/core@latest'],
  ])('another version of the contract: %d', async (api, command) => {
    const directory = project(esm('own-handler', {}, handlerSource('own', `api: ${api}`)))
    const { code, text } = await failure(directory, 'own-handler')
    expect(code).toBe('HANDLER_API_MISMATCH')
    expect(text).toMatch(new RegExp(`"own-handler" speaks version ${api}.* speaks version 1`, 'u'))
    expect(text).toContain(command)
  })

  test('TypeScript inside of node_modules, which Node does not run', async () => {
    const directory = project({
      'node_modules/own/package.json': { name: 'own', type: 'module', main: 'index.ts' },
      'node_modules/own/index.ts': handlerSource('own'),
    })
    const error = await native(`
      import { loadHandler } from '${SOURCES}load/handler.ts'
      print(await loadHandler('own', { from: '${directory}', origin: 'test' }).catch(({ code, fix }) => ({ code, fix })))`)
    expect(error).toMatchObject({ code: 'HANDLER_INVALID', fix: expect.stringContaining('JavaScript') as string })
  })
})
