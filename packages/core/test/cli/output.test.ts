import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, existsSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runCommandLine, textAt } from '../support/command-line.ts'
import { project } from '../support/project.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).href

/** The real `logger`, made to send to a server of the test instead of this machine's log. */
const LOGGER = '#!/bin/sh\nexec /usr/bin/logger --server 127.0.0.1 --udp --port "$LOG_PORT" "$@"\n'

test('syslog gets each line with its priority, the name of the task and the process', async () => {
  const cwd = project({ 'data/a': '1', 'bin/logger': LOGGER })
  chmodSync(path.join(cwd, 'bin/logger'), 0o755)
  const server = createSocket('udp4')
  let received = ''
  server.on('message', (message) => (received += `${message.toString()}\n`))
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  vi.stubEnv('PATH', `${path.join(cwd, 'bin')}:${process.env['PATH']}`)
  vi.stubEnv('LOG_PORT', String(server.address().port))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    server.close()
  })
  const run = runCommandLine(cwd, ['--once', '--log-to', 'syslog', '--label', 'site', 'data', 'copy'])
  expect(await run.code).toBe(0)
  expect(run.out()).toBe('')
  await expect.poll(() => received).toMatch(new RegExp(`^<30>.*clsync\\[site\\] ${process.pid} .*ready: 1 file`, 'mu'))
})

test('in the background it says its number, goes on after its parent, and ends at a signal', async () => {
  const cwd = project({
    'data/a': '1',
    'start.mjs': `import { main } from '${MAIN}'\nprocess.exitCode = await main(process.argv.slice(2))\n`,
  })
  const args = ['--conditions=clsync-source', 'start.mjs', '--background', '--pid-file', 'pid', 'data']
  const begin = (destination: string) =>
    spawn(process.execPath, [...args, destination], { cwd, env: { ...process.env, XDG_STATE_HOME: path.join(cwd, 'state') } })
  const parent = begin('copy')
  let out = ''
  parent.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const code = await new Promise((resolve) => parent.on('close', resolve))
  const pid = Number(/as process (\d+)/u.exec(out)?.[1])
  onTestFinished(() => {
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL')
  })
  expect([code, Number(textAt(cwd, 'pid'))]).toEqual([0, pid])
  await expect.poll(() => textAt(cwd, 'copy/a')).toBe('1')
  process.kill(pid, 'SIGTERM')
  await expect.poll(() => textAt(cwd, 'pid')).toBe(undefined)
})

test('in the background, what makes a start impossible is told in the terminal', async () => {
  const cwd = project({ 'start.mjs': `import { main } from '${MAIN}'\nprocess.exitCode = await main(process.argv.slice(2))\n` })
  const child = spawn(process.execPath, ['--conditions=clsync-source', 'start.mjs', '--background', './none', 'copy'], { cwd })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
  expect(err).toContain('ROOT_MISSING')
})

test('the background has no stdout', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--background', '--log-to', 'stdout', 'data', 'copy'])
  expect(await run.code).toBe(2)
  expect(run.err()).toContain('syslog')
})

test('nothing to do once without a first sync', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--once', '--skip-initial', 'data', 'copy'])
  expect(await run.code).toBe(2)
  expect(run.err()).toContain('--skip-initial')
})
