import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Stage } from '../stage/stage.ts'
import { argumentsOf, type Call, linesOf } from './call.ts'
import { type Mode, type Side, startOurs, startTheirs } from './side.ts'

/**
 * The handlers of `examples/clsync-handlers` under the C clsync and under ours, with the same changes at the same time: they have to be
 * called in the same way. Where ours differs on purpose, a test says so and why.
 */

const HANDLERS = path.resolve(import.meta.dirname, '../../examples/clsync-handlers/handlers')
const IS_THERE = fs.existsSync('/usr/bin/clsync')

const INITIAL = ['a.txt', 'b/c.txt', 'mode.txt', 'old.txt']

let stages: Stage[]
let sides: Side[]
beforeEach(() => {
  stages = [new Stage(), new Stage()]
  sides = []
  for (const stage of stages) {
    for (const name of INITIAL) stage.write(`source/${name}`)
    stage.make('source/empty')
  }
})
afterEach(async () => {
  for (const stage of stages) await stage.dispose()
})

async function start(
  mode: Mode,
  handler: string,
  theirArgs: readonly string[] = [],
  ourArgs: readonly string[] = [],
): Promise<void> {
  const [theirs, ours] = stages as [Stage, Stage]
  sides = await Promise.all([
    startTheirs({ stage: theirs, mode, handler, args: theirArgs }),
    startOurs({ stage: ours, mode, handler, args: ourArgs }),
  ])
}

/** Makes a change on both sides, and returns how the handler was called for it by the C clsync and by ours. */
async function step(
  change: (source: string) => void,
  fits: (calls: readonly Call[]) => boolean,
): Promise<[theirs: Call[], ours: Call[]]> {
  for (const { source } of sides) change(source)
  const [theirs = [], ours = []] = await Promise.all(sides.map((side) => side.calls(fits)))
  return [theirs, ours]
}

/** Of both. */
function both<Result>(calls: [Call[], Call[]], read: (calls: Call[], side: Side) => Result): [theirs: Result, ours: Result] {
  return [read(calls[0], sides[0]!), read(calls[1], sides[1]!)]
}

const nothing = (): void => undefined
const mentions = (text: string) => (calls: readonly Call[]) => JSON.stringify(calls).includes(text)

const appear = (source: string): void => {
  fs.writeFileSync(`${source}/new.txt`, 'new')
  fs.writeFileSync(`${source}/a.txt`, 'written again')
  fs.chmodSync(`${source}/mode.txt`, 0o600)
  fs.mkdirSync(`${source}/made`)
  fs.writeFileSync(`${source}/zero`, '')
  fs.symlinkSync('a.txt', `${source}/link`)
  fs.chmodSync(`${source}/b`, 0o700)
}
const disappear = (source: string): void => {
  fs.rmSync(`${source}/b/c.txt`)
  fs.rmdirSync(`${source}/empty`)
  fs.writeFileSync(`${source}/made/inside`, 'in a directory that was made while it ran')
}
const rename = (source: string): void => fs.renameSync(`${source}/old.txt`, `${source}/renamed.txt`)

async function stop(): Promise<void> {
  for (const side of sides) await side.stop()
}

function expectSame<Value>([theirs, ours]: [Value, Value]): void {
  expect(ours).toEqual(theirs)
}

describe.skipIf(!IS_THERE)('the same calls as by the C clsync', () => {
  it('shell: arguments, lists and masks', { timeout: 60_000 }, async () => {
    await start('shell', `${HANDLERS}/shell.sh`)
    const steps = [
      await step(nothing, mentions('a.txt')),
      await step(appear, mentions('new.txt')),
      await step(disappear, mentions('inside')),
    ]
    for (const calls of steps) {
      expectSame(both(calls, (list) => linesOf(list)))
      expectSame(both(calls, (list, side) => [...new Set(list.map((call) => argumentsOf(call, side).join(' ')))]))
      expectSame(both(calls, (list, side) => [...new Set(list.map(({ cwd }) => cwd === side.source))]))
    }
    expectSame(both(steps[0]!, (list) => list.map(({ status, iteration }) => [status, iteration])))
    expect(steps[1]?.[1].map(({ status }) => status)).toEqual(['running'])
    for (const { source, target } of sides) expect(names(target)).toEqual(names(source))
    await stop()
  })

  it('simple: arguments; one call for what the C clsync calls several times for', { timeout: 60_000 }, async () => {
    await start('simple', `${HANDLERS}/simple.sh`)
    // Theirs calls for event after event: it is done when the last of them has come.
    for (const [change, last] of [
      [nothing, (calls) => calls.length >= 7],
      [appear, (calls) => has(calls, '/b', 4) && has(calls, '/new.txt', 8) && has(calls, '/link', 256)],
      [disappear, (calls) => has(calls, '/made/inside', 8) && has(calls, '/empty', 512)],
    ] satisfies [typeof appear, (calls: readonly Call[]) => boolean][]) {
      const calls = await step(change, last)
      expectSame(both(calls, masksOf))
      expectSame(both(calls, (list) => [...new Set(list.map(({ args }) => `${args.length} ${args.slice(0, 2).join(' ')}`))]))
      const [, ours] = calls
      expect(ours).toHaveLength(new Set(ours.map(({ args }) => args[3])).size)
    }
    for (const { source, target } of sides) expect(names(target)).toEqual(names(source))
    await stop()
  })

  it('direct: arguments', { timeout: 60_000 }, async () => {
    // cp says that it leaves directories out, and cannot copy what has gone.
    await start('direct', 'cp', ['-x', '1'], ['-o', 'exitCodes.1=ok'])
    for (const [change, last] of [
      [nothing, 'a.txt'],
      [appear, 'new.txt'],
      [disappear, 'inside'],
      [rename, 'renamed.txt'],
    ] as const) {
      const calls = await step(change, mentions(last))
      expectSame(both(calls, (list, side) => list.map((call) => argumentsOf(call, side).toSorted())))
      expectSame(both(calls, (list, side) => list.map((call) => argumentsOf(call, side).at(-1))))
    }
    await stop()
  })

  it.each(['rsyncshell', 'rsyncdirect'] as const)('%s: arguments and lists', { timeout: 60_000 }, async (mode) => {
    await start(mode, mode === 'rsyncshell' ? `${HANDLERS}/rsyncshell.sh` : 'rsync')
    const first = await step(nothing, (calls) => calls.length > 0)
    expectSame(both(first, (list, side) => list.map((call) => argumentsOf(call, side))))
    // Theirs lists the root with all below it, also what appears there and is excluded; ours what there is.
    const [at, excludes] = mode === 'rsyncshell' ? [0, 1] : [1, 0]
    expect(both(first, (list) => linesOf(list, at))).toEqual([
      ['/***'],
      ['/a.txt', '/b', '/b/c.txt', '/empty', '/mode.txt', '/old.txt'],
    ])
    for (const [change, last] of [
      [appear, 'new.txt'],
      [disappear, 'inside'],
      [rename, 'renamed.txt'],
    ] as const) {
      const calls = await step(change, mentions(last))
      const [theirs, ours] = both(calls, (list) => linesOf(list, at))
      // The same for a new directory.
      expect(ours).toEqual(theirs.map((line) => line.replace(/\/\*\*\*$/u, '')))
      expectSame(both(calls, (list) => linesOf(list, excludes)))
      expectSame(both(calls, (list, side) => list.map((call) => argumentsOf(call, side))))
    }
    for (const { source, target } of sides) expect(names(target)).toEqual(names(source))
    await stop()
  })

  it('shell: a rename is told as a file that went and one that came, in both', { timeout: 60_000 }, async () => {
    await start('shell', `${HANDLERS}/shell.sh`)
    await step(nothing, mentions('a.txt'))
    const calls = await step(rename, mentions('renamed.txt'))
    // Theirs tells the events of the move; that it was one, nobody can see from them, as the two are not told together.
    expect(both(calls, (list) => linesOf(list))).toEqual([
      ['sync web 128 renamed.txt', 'sync web 64 old.txt'],
      ['sync web 266 renamed.txt', 'sync web 512 old.txt'],
    ])
    for (const { source, target } of sides) expect(names(target)).toEqual(names(source))
    await stop()
  })
})

/** Whether one of the calls is for such an event of a path. */
function has(calls: readonly Call[], name: string, event: number): boolean {
  return calls.some(({ args }) => args[3]?.endsWith(name) === true && (BigInt(args[2] ?? 0) & BigInt(event)) !== 0n)
}

/** For each path the masks of its calls, put together. */
function masksOf(calls: readonly Call[], { source }: Side): Record<string, number> {
  const masks: Record<string, number> = {}
  for (const { args } of calls) {
    const at = (args[3] ?? '').replace(source, '')
    masks[at] = Number(BigInt(masks[at] ?? 0) | BigInt(args[2] ?? 0))
  }
  return masks
}

function names(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
}
