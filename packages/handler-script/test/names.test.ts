import fs from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AWKWARD, change, latin1, RECORDER, ScriptStage } from './script-stage.ts'

let stage: ScriptStage
beforeEach(() => {
  stage = new ScriptStage()
})
afterEach(async () => {
  const made = [...fs.readdirSync(stage.source.root), ...fs.readdirSync(stage.work.root)]
  await stage.dispose()
  if (made.includes('executed')) throw new Error('A name was executed.')
})

const NAMES = AWKWARD.map(latin1)
/** A name that begins with a dash is an argument with `./` before it, which no program takes for an option. */
const ARGUMENTS = NAMES.map((name) => (name.startsWith('-') ? `./${name}` : name))

test('each: names reach the script intact, as arguments and as variables', async () => {
  const changes = stage.created(...AWKWARD)
  await stage.send({ command: [RECORDER, '%paths%', '%path%', '<%path%>', '%absolute-path%'], input: 'each' }, changes)
  const recorded = stage.recorded()
  expect(recorded.map(({ args }) => args)).toEqual(
    NAMES.map((name, at) => [ARGUMENTS[at], name, `<${name}>`, `${stage.source.root}/${name}`]),
  )
  expect(recorded.map(({ env }) => env['CLSYNC_PATH'])).toEqual(NAMES)
})

test('argv: names reach the script intact', async () => {
  await stage.send({ command: [RECORDER, 'first', '%paths%', 'last'] }, stage.created(...AWKWARD))
  expect(stage.recorded().map(({ args }) => args)).toEqual([['first', ...ARGUMENTS, 'last']])
})

test('list0: names reach the script intact, on stdin and in a file', async () => {
  const changes = stage.created(...AWKWARD)
  await stage.send({ command: RECORDER, input: 'list0' }, changes)
  await stage.send({ command: [RECORDER, '%list%'], input: 'list0' }, changes)
  const [first, second] = stage.recorded()
  expect(first?.stdin).toBe(NAMES.map((name) => `${name}\0`).join(''))
  expect(second?.lists).toEqual([first?.stdin])
  expect(second?.stdin).toBe('')
})

test('list: names reach the script intact; one with a newline fails and says what carries it', async () => {
  const result = await stage.send({ command: RECORDER, input: 'list' }, stage.created(...AWKWARD))
  expect(result?.failed?.map(({ path, error }) => [path, String(error)])).toEqual([
    ['new\nline', expect.stringContaining('list0')],
  ])
  expect(stage.recorded()[0]?.stdin).toBe(
    NAMES.slice(1)
      .map((name) => `${name}\n`)
      .join(''),
  )
})

test('json: names reach the script intact', async () => {
  await stage.send({ command: RECORDER, input: 'json' }, stage.created(...AWKWARD))
  const lines = (stage.recorded()[0]?.stdin ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; pathBytes?: string })
  expect(lines.map(({ path }) => path)).toEqual(AWKWARD)
  expect(lines.at(-1)?.pathBytes).toBe(Buffer.from([0xff, 0xfe]).toString('base64'))
  expect(lines.slice(0, -1).every(({ pathBytes }) => pathBytes === undefined)).toBe(true)
})

test.each(['each', 'argv'])('shell, %s: names are parameters, and never part of the text', async (input) => {
  const command = `for path in "$@"; do printf '%s\\0' "$path" >> "$RECORD"; done`
  await stage.send({ command, shell: true, input }, stage.created(...AWKWARD))
  expect(fs.readFileSync(`${stage.work.root}/recorded`, 'latin1')).toBe(ARGUMENTS.map((name) => `${name}\0`).join(''))
})

test('moves: both names reach the script intact', async () => {
  const changes = AWKWARD.map((name, at) => change('move', `${at}${name}`, 'file', { from: name }))
  await stage.send({ command: RECORDER, on: { move: [RECORDER, '%from%', '%path%'] } }, changes)
  expect(stage.recorded().map(({ args }) => args)).toEqual(NAMES.map((name, at) => [name, `${at}${name}`]))
})

test('a value is never read for macros again', async () => {
  await stage.send({ command: [RECORDER, '%label%', '%path%'], label: '%path%', input: 'each' }, stage.created('%label%'))
  expect(stage.recorded()[0]?.args).toEqual(['%path%', '%label%'])
})
