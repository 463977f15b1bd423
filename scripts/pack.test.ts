import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const PACKAGES = ['core', 'handler-mirror', 'handler-rsync', 'handler-s3', 'handler-script']
const MINUTE_MS = 60_000

/** Outside of the workspace, so that nothing of it can be found by accident. */
const folder = mkdtempSync(join(tmpdir(), 'clsync-pack-'))
const consumer = join(folder, 'consumer')

beforeAll(() => {
  run('node_modules/.bin/tsc', ['-b', ...PACKAGES.map((name) => `packages/${name}`)])
  for (const name of PACKAGES) run('pnpm', ['pack', '--pack-destination', folder], join(ROOT, 'packages', name))
  mkdirSync(consumer)
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  run(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--fetch-retries=1',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '@types/node@24',
      ...tarballs(),
    ],
    consumer,
  )
}, 5 * MINUTE_MS)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(PACKAGES)('the tarball of %s', (name) => {
  it('has nothing that publint would mend', async () => {
    const tarball = readFileSync(tarballs().find((path) => path.includes(`clsync-${name}-`))!)
    // A copy: what publint takes is the bytes alone, not a view into a pool.
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([])
  })

  it('holds what it needs and no more', () => {
    const installed = join(consumer, 'node_modules/@clsync', name)
    const top =
      name === 'core'
        ? ['LICENSE', 'README.md', 'bin', 'dist', 'package.json', 'src']
        : ['LICENSE', 'README.md', 'dist', 'package.json', 'src']
    expect(
      readdirSync(installed)
        .filter((entry) => entry !== 'node_modules')
        .toSorted(),
    ).toEqual(top)
    expect(readdirSync(join(installed, 'dist')).filter((entry) => entry.includes('tsbuildinfo'))).toEqual([])
  })
})

/** `_a` and the like stand for what it cannot say in the language of today; a version of it once forgot to say what `_a` is. */
it.each(PACKAGES)('what is built of %s has no names that the compiler made up', (name) => {
  const dist = join(ROOT, 'packages', name, 'dist')
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  expect(modules.length).toBeGreaterThan(0)
  expect(modules.filter((file) => /\b_[a-z]\d?\b/u.test(readFileSync(join(dist, file), 'utf8')))).toEqual([])
})

describe('installed elsewhere', () => {
  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8')) as { version: string }
    expect(run('node_modules/.bin/clsync', ['--version'], consumer)).toContain(version)
  })

  it('syncs a tree once', () => {
    mkdirSync(join(consumer, 'source/deep'), { recursive: true })
    writeFileSync(join(consumer, 'source/deep/file.txt'), 'content\n')
    run('node_modules/.bin/clsync', ['--once', './source', './target', '--state-dir', './state'], consumer)
    expect(readFileSync(join(consumer, 'target/deep/file.txt'), 'utf8')).toBe('content\n')
  })

  it('gives a consumer its types', () => {
    writeFileSync(join(consumer, 'clsync.config.ts'), CONFIG)
    writeFileSync(join(consumer, 'handler.ts'), HANDLER)
    writeFileSync(join(consumer, 'tsconfig.json'), TSCONFIG)
    expect(run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], consumer)).toBe('')
  })

  it('tells a consumer what is wrong', () => {
    writeFileSync(join(consumer, 'clsync.config.ts'), CONFIG.replace('destination', 'destnation'))
    expect(() => run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], consumer)).toThrow('destnation')
  })
})

const CONFIG = `
import { defineConfig, use } from '@clsync/core'
import mirror from '@clsync/handler-mirror'

export default defineConfig({
  source: './data',
  targets: { backup: use(mirror, { destination: '/backup/data' }) },
  rules: [{ exclude: '*.tmp' }],
  schedule: { delay: '50ms' },
})
`

const HANDLER = `
import { type Batch, defineHandler, z } from '@clsync/core/handler'

export default defineHandler({
  name: 'counting',
  options: z.object({ start: z.number() }),
  setup(options) {
    let count: number = options.start
    return { async sync(batch: Batch) { count += batch.changes.length } }
  },
})
`

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2024',
    types: ['node'],
    noEmit: true,
    skipLibCheck: false,
  },
  include: ['*.ts'],
})

function tarballs(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name))
}

/** Returns what it prints; throws with it when it fails. */
function run(command: string, args: readonly string[], cwd = ROOT): string {
  const result = spawnSync(command, args, { cwd, env: environment(command), encoding: 'utf8', timeout: 2 * MINUTE_MS })
  if (result.error) throw result.error
  if (result.status === 0) return result.stdout
  throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`)
}

/** With the Node that runs the tests and the set-up's pnpm first in PATH, and nothing of the run around. */
function environment(command: string): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter)
  const first = [dirname(process.execPath), join(ROOT, '.tools/node_modules/.bin')]
  // npm finds the settings of its machine from where its own Node is.
  const own = command === 'npm' ? path.filter((entry) => !entry.startsWith(join(ROOT, '.tools'))) : [...first, ...path]
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|npm_config_.*prefix|VITEST|NODE_OPTIONS$|NODE_ENV$)/i.test(name),
  )
  return { ...Object.fromEntries(kept), PATH: own.join(delimiter) }
}
