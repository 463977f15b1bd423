import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCommandLine } from '../support/command-line.ts'
import { project } from '../support/project.ts'

/** Writes its batches down; what is in the file `drift` it does not hold. Without `verify` when `isBlind`. */
function recorder(isBlind = false): string {
  const verify = isBlind ? '' : `, verify: () => JSON.parse(fs.readFileSync(root + '/../drift', 'utf8'))`
  return `import fs from 'node:fs'
export default { api: 1, name: 'recorder', options: { safeParse: (data) => ({ success: true, data }), safeParseAsync: async (data) => ({ success: true, data }) },
  capabilities: {}, setup(options, { root }) { return { async sync(batch) {
    fs.appendFileSync(root + '/../batches', JSON.stringify([batch.reason, ...batch.changes.map((c) => c.type + ' ' + c.path)]) + '\\n')
  }${verify} } } }\n`
}

const batchesOf = (cwd: string): string[][] =>
  (existsSync(path.join(cwd, 'batches')) ? readFileSync(path.join(cwd, 'batches'), 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[])

const ARGS = ['--handler', './handler.mjs', 'data']

test('clsync verify sends again what the target does not hold, and nothing else', async () => {
  const cwd = project({ 'data/a': '1', 'data/b': '2', 'data/d/c': '3', drift: '[]', 'handler.mjs': recorder() })
  await runCommandLine(cwd, ['verify', ...ARGS]).code
  expect(batchesOf(cwd)).toHaveLength(1)
  rmSync(path.join(cwd, 'batches'), { force: true })
  writeFileSync(path.join(cwd, 'drift'), '["d/c","never confirmed"]')
  const run = runCommandLine(cwd, ['verify', ...ARGS])
  expect(await run.code).toBe(0)
  expect(run.out()).toMatch(/does not hold what it has confirmed at 1 path \(the first: d\/c\)/u)
  // Files this young may be sent once more anyway; the rest is what has drifted.
  expect(batchesOf(cwd).flat()).toContain('update d/c')
})

test('what was deleted in the source meanwhile is deleted, not brought', async () => {
  const cwd = project({ 'data/a': '1', 'data/b': '2', drift: '["a"]', 'handler.mjs': recorder() })
  await runCommandLine(cwd, ['--once', ...ARGS]).code
  rmSync(path.join(cwd, 'data/a'))
  expect(await runCommandLine(cwd, ['verify', ...ARGS]).code).toBe(0)
  expect(batchesOf(cwd).at(-1)).toContain('delete a')
})

test('a handler that cannot tell gets everything once more, and knows why', async () => {
  const cwd = project({ 'data/a': '1', 'handler.mjs': recorder(true) })
  await runCommandLine(cwd, ['--once', ...ARGS]).code
  expect(await runCommandLine(cwd, ['verify', ...ARGS]).code).toBe(0)
  expect(batchesOf(cwd).at(-1)).toEqual(['resync', 'update a'])
})

test('what a handler tells that can be no path fails the target, and nothing is sent', async () => {
  const cwd = project({ 'data/a': '1', drift: '[]', 'handler.mjs': recorder() })
  await runCommandLine(cwd, ['--once', ...ARGS]).code
  writeFileSync(path.join(cwd, 'drift'), '["../a"]')
  const run = runCommandLine(cwd, ['verify', ...ARGS])
  expect(await run.code).toBe(1)
  expect(run.out()).toMatch(/does not keep its contract: verify told of what is no path/u)
})
