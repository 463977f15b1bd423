import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCommandLine, textAt } from '../support/command-line.ts'
import { project } from '../support/project.ts'

/** A handler that writes down its batches, and does with them what `body` says. */
function recorder(body = ''): string {
  return `import fs from 'node:fs'
let batches = 0
export default { api: 1, name: 'recorder', options: { safeParse: (data) => ({ success: true, data }), safeParseAsync: async (data) => ({ success: true, data }) },
  capabilities: {}, setup(options, { root, log }) { return { async sync(batch, signal) {
    batches++
    ${body}
    fs.appendFileSync(root + '/../batches', JSON.stringify([batch.reason, ...batch.changes.map((c) => c.type + ' ' + c.path)]) + '\\n')
  } } } }\n`
}

const batchesOf = (cwd: string): string[][] =>
  (textAt(cwd, 'batches') ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[])

test('what the command before the last sync changes is sent, and the one after runs at the end', async () => {
  const cwd = project({ 'data/a': '1' })
  const before = 'echo stopped > data/late; echo "$CLSYNC_LABEL $CLSYNC_STATUS"'
  const after = `cp copy/late ${path.join(cwd, 'seen-by-after')}`
  const run = runCommandLine(cwd, [
    ...['--until-idle', '--label', 'site', '--before-last', `cd ${cwd}; ${before}`],
    ...['--after', `cd ${cwd}; ${after}`, 'data', 'copy'],
  ])
  expect(await run.code).toBe(0)
  expect(textAt(cwd, 'copy/late')).toBe('stopped\n')
  expect(textAt(cwd, 'seen-by-after')).toBe('stopped\n')
  expect(run.out()).toContain('before-last: site preexit')
})

test('the same at the end of a live run, and where the monitor only polls', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, [
    ...['--monitor', 'poll', '--before-last', `echo stopped > ${cwd}/data/late`, '--after', `touch ${cwd}/after`, 'data', 'copy'],
  ])
  await expect.poll(run.out).toContain('ready')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect(textAt(cwd, 'copy/late')).toBe('stopped\n')
  expect(existsSync(path.join(cwd, 'after'))).toBe(true)
})

test('when the command before the last sync fails, the rest is sent, but what comes after is not run', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, [
    ...['--once', '--before-last', `echo x > ${cwd}/data/late; echo no >&2; exit 3`, '--after', `touch ${cwd}/after`],
    ...['data', 'copy'],
  ])
  expect(await run.code).toBe(1)
  expect(textAt(cwd, 'copy/late')).toBe('x\n')
  expect(existsSync(path.join(cwd, 'after'))).toBe(false)
  expect(run.out()).toMatch(/before-last: no\n[^]*before-last: .* ended with 3/u)
})

test('a config names commands as lists, which no shell sees', async () => {
  const run = { mode: 'once', after: ['touch', 'a b$(c)'] }
  const cwd = project({ 'data/a': '1', 'clsync.config.json': { source: 'data', destination: 'copy', run } })
  const before = process.cwd()
  process.chdir(cwd)
  try {
    expect(await runCommandLine(cwd, []).code).toBe(0)
  } finally {
    process.chdir(before)
  }
  expect(existsSync(path.join(cwd, 'a b$(c)'))).toBe(true)
})

test('a source that changes with every sync ends after so many rounds', async () => {
  const cwd = project({ 'data/a': '1', 'handler.mjs': recorder('fs.writeFileSync(root + "/file" + batches, "x")') })
  const run = runCommandLine(cwd, ['--until-idle', '--max-rounds', '3', '--drain', '1s', '--handler', './handler.mjs', 'data'])
  expect(await run.code).toBe(1)
  expect(batchesOf(cwd).length).toBeGreaterThanOrEqual(3)
  expect(run.out()).toContain('did not come to rest')
})

test('until all is in sync what fails is tried again and again', async () => {
  const config = { source: 'data', handler: './handler.mjs', retry: { min: '5ms', max: '10ms' }, run: { mode: 'until-idle' } }
  const cwd = project({ 'data/a': '1', 'data/b': '1', 'clsync.config.json': config })
  const often = `if (batches < 9) return { failed: [{ path: 'a', error: new Error('not now') }] }`
  writeFileSync(path.join(cwd, 'handler.mjs'), recorder(often))
  const run = runCommandLine(cwd, ['--config', path.join(cwd, 'clsync.config.json')])
  expect(await run.code).toBe(0)
  expect(batchesOf(cwd)).toEqual([['change', 'update a']])
})

test('what can never be sent is not waited for', async () => {
  const cwd = project({ 'data/a': '1' })
  execFileSync('mkfifo', [path.join(cwd, 'data/fifo')])
  const run = runCommandLine(cwd, ['--until-idle', 'data', 'copy'])
  expect(await run.code).toBe(1)
  expect(textAt(cwd, 'copy/a')).toBe('1')
  expect(run.out()).toContain('fifo: Fifos, sockets and devices are not synced.')
})

test('a first sync of many batches is one round', async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`data/${at}`, '']))
  const handler = recorder().replace('capabilities: {}', 'capabilities: { maxChanges: 10 }')
  const cwd = project({ ...files, 'handler.mjs': handler })
  const run = runCommandLine(cwd, ['--max-rounds', '2', '--handler', './handler.mjs', 'data'])
  await expect.poll(run.out).toContain('ready')
  expect(batchesOf(cwd)).toHaveLength(3)
  writeFileSync(path.join(cwd, 'data/new'), '')
  expect(await run.code).toBe(0)
  expect(batchesOf(cwd).at(-1)).toEqual(['change', 'create new'])
})

test('without a first sync only what changes from then on is sent, and after a restart what has changed meanwhile', async () => {
  const cwd = project({ 'data/old/file': '1', 'data/link': '', 'handler.mjs': recorder() })
  const args = ['--skip-initial', '--handler', './handler.mjs', 'data']
  const run = runCommandLine(cwd, args)
  await expect.poll(run.out).toContain('ready')
  writeFileSync(path.join(cwd, 'data/new'), '')
  await expect.poll(() => batchesOf(cwd)).toEqual([['change', 'create new']])
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  rmSync(path.join(cwd, 'data/old'), { recursive: true })
  expect(await runCommandLine(cwd, ['--once', '--handler', './handler.mjs', 'data']).code).toBe(0)
  // Files this young are sent once more.
  expect(batchesOf(cwd).at(-1)).toEqual(['initial', 'delete old/file', 'delete old', 'update link', 'update new'])
})

test('--resend sends everything once more, with what was deleted meanwhile', async () => {
  const cwd = project({ 'data/a': '1', 'data/b': '2', 'handler.mjs': recorder() })
  const args = ['--once', '--handler', './handler.mjs', 'data']
  await runCommandLine(cwd, args).code
  rmSync(path.join(cwd, 'data/b'))
  await runCommandLine(cwd, ['--resend', ...args]).code
  expect(batchesOf(cwd).at(-1)).toEqual(['initial', 'delete b', 'update a'])
})

test('nothing is sent while the pause file exists, from the start on; not at the end either', async () => {
  const cwd = project({ 'data/a': '1', hold: '', 'handler.mjs': recorder() })
  const args = ['--pause-file', 'hold', '--handler', './handler.mjs', 'data']
  const first = runCommandLine(cwd, args)
  await expect.poll(first.out).toContain('paused')
  first.signal('SIGTERM')
  expect(await first.code).toBe(0)
  expect(batchesOf(cwd)).toEqual([])
  const second = runCommandLine(cwd, args)
  await expect.poll(second.out).toContain('paused')
  rmSync(path.join(cwd, 'hold'))
  await expect.poll(() => batchesOf(cwd), { timeout: 5000 }).toEqual([['initial', 'create a']])
  writeFileSync(path.join(cwd, 'hold'), '')
  await expect.poll(() => second.out().match(/paused:/gu)?.length, { timeout: 5000 }).toBe(2)
  writeFileSync(path.join(cwd, 'data/b'), '')
  rmSync(path.join(cwd, 'hold'))
  await expect
    .poll(() => batchesOf(cwd), { timeout: 5000 })
    .toEqual([
      ['initial', 'create a'],
      ['change', 'create b'],
    ])
})

test('--retries ends a target that keeps failing; what is left is sent after the next start', async () => {
  const cwd = project({
    'data/a': '1',
    'handler.mjs': recorder('if (!fs.existsSync(root + "/../well")) throw new Error("away")'),
  })
  const run = runCommandLine(cwd, ['--retries', '1', '--handler', './handler.mjs', 'data'])
  expect(await run.code).toBe(1)
  expect(run.out()).toMatch(/away[^]*gave up/u)
  writeFileSync(path.join(cwd, 'well'), '')
  expect(await runCommandLine(cwd, ['--once', '--handler', './handler.mjs', 'data']).code).toBe(0)
  expect(batchesOf(cwd)).toEqual([['initial', 'update a']])
})

test('what cannot be sent in time at the end does not keep clsync from ending', async () => {
  const cwd = project({
    'data/a': '1',
    'handler.mjs': recorder('await new Promise((_, no) => signal.addEventListener("abort", no))'),
  })
  const run = runCommandLine(cwd, ['--drain', '100ms', '--handler', './handler.mjs', 'data'])
  await expect.poll(() => existsSync(path.join(cwd, 'state/clsync'))).toBe(true)
  await expect.poll(() => run.signal('SIGTERM') ?? run.out()).toContain('SIGTERM')
  expect(await run.code).toBeLessThanOrEqual(143)
})

test('at the end windows are over: what waits in a long one is sent at once', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--preset', 'clsync', 'data', 'copy'])
  await expect.poll(run.out).toContain('ready')
  writeFileSync(path.join(cwd, 'data/b'), 'late')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect(textAt(cwd, 'copy/b')).toBe('late')
})

test('the pid file is there while it runs', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--pid-file', 'clsync.pid', 'data', 'copy'])
  await expect.poll(run.out).toContain('ready')
  expect(readFileSync(path.join(cwd, 'clsync.pid'), 'utf8')).toBe(`${process.pid}\n`)
  run.signal('SIGTERM')
  await run.code
  expect(existsSync(path.join(cwd, 'clsync.pid'))).toBe(false)
  expect(await runCommandLine(cwd, ['--pid-file', 'no/such/pid', 'data', 'copy']).code).toBe(2)
})

test('the status file holds a word while it runs, from the first sync to the end', async () => {
  const cwd = project({ 'data/a': '1', pause: '' })
  const status = (): string | undefined => textAt(cwd, 'status')
  // What comes back with its source may be sent once more at any time.
  const [log, ends] = [path.join(cwd, 'seen'), path.join(cwd, 'ends')]
  const handler = recorder(`fs.appendFileSync('${log}', fs.readFileSync('${cwd}/status', 'utf8') + '\\n')
    if (fs.existsSync('${cwd}/fail')) throw new Error('not now')`)
  writeFileSync(path.join(cwd, 'handler.mjs'), handler)
  const hook = (name: string): string[] => [`--${name}`, `cat ${cwd}/status >> ${ends}; echo >> ${ends}`]
  const run = runCommandLine(cwd, [
    ...['--status-file', 'status', '--pause-file', 'pause', ...hook('before-last'), ...hook('after')],
    ...['--handler', './handler.mjs', 'data'],
  ])
  await expect.poll(status).toBe('hold on')
  rmSync(path.join(cwd, 'pause'))
  await expect.poll(run.out).toContain('ready')
  expect(status()).toBe('running')
  writeFileSync(path.join(cwd, 'fail'), '')
  writeFileSync(path.join(cwd, 'data/b'), '')
  await expect.poll(status).toBe('synchandler error')
  rmSync(path.join(cwd, 'fail'))
  await expect.poll(status).toBe('running')
  renameSync(path.join(cwd, 'data'), path.join(cwd, 'away'))
  await expect.poll(status).toBe('halted')
  renameSync(path.join(cwd, 'away'), path.join(cwd, 'data'))
  await expect.poll(status).toBe('running')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect(status()).toBe(undefined)
  expect(textAt(log)?.split('\n')[0]).toBe('initsync')
  expect(textAt(ends)).toBe('preexit\nexiting\n')
  expect(await runCommandLine(cwd, ['--status-file', 'no/such/status', 'data', 'copy']).code).toBe(2)
})

test('for the journal lines begin with their priority', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--once', '--log-to', 'journal', 'data', 'copy'])
  expect(await run.code).toBe(0)
  expect(run.out()).toMatch(/^<6>.*ready: 1 file/mu)
  expect(run.out()).not.toMatch(/\d\d:\d\d:\d\d/u)
})

test('--log-to stderr', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--once', '--log-to', 'stderr', 'data', 'copy'])
  expect(await run.code).toBe(0)
  expect([run.out(), run.err()]).toEqual(['', expect.stringContaining('ready')])
})
