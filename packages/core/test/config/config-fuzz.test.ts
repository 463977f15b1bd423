import fc from 'fast-check'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/args.ts'
import { checkConfig } from '../../src/config/check.ts'
import { flagsFromEnvironment } from '../../src/config/environment.ts'
import { FLAGS, variableOf } from '../../src/config/flag.ts'
import { mergeLayers } from '../../src/config/layer.ts'
import { resolveTasks } from '../../src/config/resolve.ts'
import { configSchema } from '../../src/config/schema.ts'
import { parseDuration, parseShare, parseSize } from '../../src/config/units.ts'
import { parseOptionPairs } from '../../src/load/option-pair.ts'
import { type ClsyncError, isClsyncError } from '../../src/model/error.ts'
import { fuzz } from '../support/fuzz.ts'
import { project } from '../support/project.ts'

const { runs, seed } = fuzz(250)
const LONG = { timeout: 3_600_000 }

const GOOD = {
  source: './data',
  targets: { backup: '../backup', other: { handler: 'mirror', options: { destination: '../other', trash: '../trash' } } },
  rules: [{ exclude: 'node_modules/' }, { include: ['*.ts', 'x'] }, { exclude: '/a/**/b' }],
  gitignore: true,
  schedule: { delay: '50ms', settle: 0, maxWait: '1m', bigFile: { threshold: '1MiB', delay: '1m30s' } },
  retry: { min: '1s', max: 5000 },
  timeout: '10m',
  monitor: 'poll',
  maxDelete: { share: '50%', above: 10 },
  extraneous: 'keep',
  stateDir: '../state',
  plugins: [],
  profiles: { night: { extends: ['day'], timeout: '1h' }, day: { maxDelete: 'off' } },
}
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Words that mean something somewhere, so that they turn up where they do not belong. */
const word = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '/',
    '~',
    '50ms',
    '-1s',
    '1e9',
    'NaN',
    '10%',
    '101%',
    'off',
    'mirror',
    'rsync',
    './x.mjs',
    'data',
  ),
  fc.constantFrom(
    's3://bucket/x',
    'host:/path',
    '__proto__',
    'constructor',
    'toString',
    '\0',
    '\ud800',
    '*',
    '[',
    '!',
    '#',
    '\\',
    '${x}',
  ),
  fc.string(),
)
const key = fc.oneof(
  fc.constantFrom(...Object.keys(GOOD), 'night', 'backup', 'handler', 'options', 'destination', 'tasks', 'delay'),
  word,
)
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53),
    word,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}))

/** A good config with one to three places that are not what they were. */
const mutated = fc
  .array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'rename', 'wrap'), json, key), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce<Json>((config, [at, how, value, name]) => mutate(config, at, how, value, name), structuredClone(GOOD) as Json),
  )

function mutate(config: Json, at: number, how: string, value: Json, name: string): Json {
  const places: { holder: Record<string, Json>; key: string }[] = []
  const visit = (node: Json): void => {
    if (typeof node !== 'object' || node === null) return
    for (const each of Object.keys(node)) {
      places.push({ holder: node as Record<string, Json>, key: each })
      visit((node as Record<string, Json>)[each]!)
    }
  }
  visit(config)
  const place = places[at % Math.max(places.length, 1)]
  if (place === undefined) return value
  const before = place.holder[place.key]!
  if (how === 'remove' || how === 'rename') Reflect.deleteProperty(place.holder, place.key)
  if (how === 'replace') place.holder[place.key] = value
  if (how === 'wrap') place.holder[place.key] = [before]
  if (how === 'rename')
    Object.defineProperty(place.holder, name, { value: before, enumerable: true, configurable: true, writable: true })
  return config
}

/** An error for people: it has a code, says what to do, and nothing of how clsync is made shows. */
function expectReadable(error: unknown, names: readonly string[] = []): void {
  if (!isClsyncError(error)) throw error
  const { message, why = '', fix }: ClsyncError = error
  const text = `${message}\n${why}\n${fix}`
  expect(text).not.toMatch(/^\s+at .*[(/]/mu)
  expect(text).not.toMatch(/\[object |ZodError|undefined is not|Cannot read prop/u)
  expect(message.length).toBeGreaterThan(10)
  expect(fix ?? why).toBeTruthy()
  if (names.length > 0)
    expect(
      names.some((name) => text.includes(name)),
      text,
    ).toBe(true)
}

test(
  `a config file with anything in it gives tasks, or an error that names it: ${runs} runs from seed ${seed}`,
  LONG,
  async () => {
    const folder = project({ 'work/data/': '', 'work/.git/': '', 'home/': '' })
    const cwd = path.join(folder, 'work')
    const file = path.join(cwd, 'clsync.config.json')
    const counts = { good: 0, bad: 0 }
    const configs = fc.oneof(
      { weight: 3, arbitrary: mutated },
      { weight: 1, arbitrary: fc.dictionary(key, json) },
      { weight: 1, arbitrary: json },
    )
    await fc.assert(
      fc.asyncProperty(configs, fc.option(word), async (config, profile) => {
        fs.writeFileSync(file, JSON.stringify(config))
        const flags = profile === null ? {} : { profile: { value: [profile], origin: '--profile' } }
        try {
          const { tasks } = await resolveTasks({
            cwd,
            home: path.join(folder, 'home'),
            environment: {},
            flags,
            source: undefined,
            destination: undefined,
          })
          for (const task of tasks) expect(task.targets.length).toBeGreaterThan(0)
          counts.good++
        } catch (error) {
          expectReadable(error, [file, folder, 'profile', 'Task "', 'Target', 'andler', 'ule ', '--profile'])
          counts.bad++
        }
      }),
      { numRuns: runs, seed },
    )
    expect(counts.good).toBeGreaterThan(0)
    console.log(`${runs} configs: ${counts.good} good, ${counts.bad} refused, seed ${seed}`)
  },
)

test(`a file that is no config is refused by name: ${runs} runs from seed ${seed}`, LONG, async () => {
  const folder = project({ 'work/data/': '' })
  const text = JSON.stringify(GOOD, null, 1)
  const damaged = fc
    .tuple(fc.nat(text.length), fc.nat(20), fc.string())
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, fc.string()), fc.constantFrom('json', 'yaml'), async (content, ending) => {
      const file = path.join(folder, 'work', `clsync.config.${ending}`)
      fs.writeFileSync(file, content)
      const flags = { config: { value: file, origin: '--config' } }
      const request = { cwd: folder, home: folder, environment: {}, flags, source: undefined, destination: undefined }
      await resolveTasks(request).catch((error: unknown) => expectReadable(error))
    }),
    { numRuns: Math.ceil(runs / 3), seed },
  )
})

test(`values that only code can make are refused by name: ${runs} runs from seed ${seed}`, LONG, () => {
  const anything = fc.anything({
    ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withTypedArray: true },
    ...{ withObjectString: true, withSparseArray: true },
  })
  const odd = fc.oneof(
    anything,
    fc.constantFrom<unknown>(Symbol('s'), () => 1, Map, new Proxy({}, {}), /x/u, new Error('x'), Promise.resolve()),
  )
  fc.assert(
    fc.property(fc.dictionary(key, odd), fc.constantFrom(...Object.keys(GOOD)), odd, (extra, name, value) => {
      const values = mergeLayers(
        [GOOD, extra, { [name]: value }].map((each) => ({ origin: 'c.ts', directory: '/', values: each })),
      ).values
      try {
        checkConfig(configSchema, values, () => 'c.ts')
      } catch (error) {
        expectReadable(error, ['c.ts'])
      }
    }),
    { numRuns: runs, seed },
  )
})

describe('the command line and the environment', () => {
  const flag = fc.constantFrom(
    ...Object.keys(FLAGS).map((name) => `--${name}`),
    '-o',
    '-n',
    '-q',
    '-x',
    '-vq',
    '--',
    '-',
    '--no-once',
  )
  const given = fc.oneof(
    flag,
    fc.tuple(flag, word).map(([name, value]) => `${name}=${value}`),
    word,
    fc.tuple(word, word).map(([a, b]) => `${a}=${b}`),
  )

  test(`any words are read or refused by name: ${runs} runs from seed ${seed}`, LONG, () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 6 }), (argv) => {
        try {
          parseArguments(argv)
        } catch (error) {
          expectReadable(error)
        }
      }),
      { numRuns: runs * 3, seed },
    )
  })

  test(`any words lead to tasks or to a readable error: ${runs} runs from seed ${seed}`, LONG, async () => {
    const folder = project({ 'data/': '', 'home/': '' })
    const words = fc.array(given, { maxLength: 4 })
    const variables = fc.dictionary(fc.constantFrom(...Object.keys(FLAGS).map(variableOf)), word, { maxKeys: 2 })
    await fc.assert(
      fc.asyncProperty(words, variables, async (argv, environment) => {
        try {
          const { source, destination, flags } = parseArguments(['data', './copy', ...argv])
          const all = { ...flagsFromEnvironment(environment), ...flags }
          await resolveTasks({ cwd: folder, home: path.join(folder, 'home'), environment, flags: all, source, destination })
        } catch (error) {
          expectReadable(error)
        }
      }),
      { numRuns: runs, seed },
    )
  })

  test(`options of handlers never reach what they are not: ${runs} runs from seed ${seed}`, LONG, () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            word,
            fc.tuple(key, word).map(([name, value]) => `${name}=${value}`),
          ),
        ),
        (texts) => {
          try {
            const pairs = parseOptionPairs(texts)
            for (const { path: at } of pairs)
              expect(at.some((part) => ['__proto__', 'constructor', 'prototype', ''].includes(part))).toBe(false)
          } catch (error) {
            expectReadable(error)
          }
          expect(Object.keys(Object.prototype)).toEqual([])
        },
      ),
      { numRuns: runs, seed },
    )
  })
})

test(`durations, sizes and shares are numbers that can be worked with, or none: ${runs} runs from seed ${seed}`, () => {
  const unit = fc.tuple(
    fc.oneof(fc.double().map(String), fc.nat().map(String), fc.string()),
    fc.constantFrom('', 'ms', 's', 'm', 'h', 'd', 'k', 'MiB', 'GB', '%', ' '),
  )
  const text = fc.oneof(
    fc.array(unit, { maxLength: 3 }).map((parts) => parts.flat().join('')),
    fc.anything(),
    fc.string(),
  )
  fc.assert(
    fc.property(text, (given) => {
      for (const [parse, most] of [
        [parseDuration, Number.MAX_SAFE_INTEGER],
        [parseSize, Number.MAX_SAFE_INTEGER],
        [parseShare, 1],
      ] as const) {
        const value = parse(given)
        if (value === undefined) continue
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(most)
      }
    }),
    { numRuns: runs * 10, seed },
  )
})
