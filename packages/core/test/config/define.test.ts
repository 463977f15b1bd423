import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineConfig, definePlugin, use, type UserConfig } from '../../src/index.ts'
import { defineHandler, z } from '../../src/handler.ts'
import { configSchema } from '../../src/config/schema.ts'

const rsync = defineHandler({
  name: 'rsync',
  options: z.strictObject({ destination: z.string(), delete: z.boolean().default(false) }),
  setup: () => ({ async sync() {} }),
})

// What does not compile is checked by tsc over this file, see tsconfig.test.json.
describe('use', () => {
  test('takes the options of the handler', () => {
    expect(use(rsync, { destination: 'x' })).toEqual({ handler: rsync, options: { destination: 'x' } })
    // @ts-expect-error -- an option that the handler does not have
    use(rsync, { destination: 'x', delte: true })
    // @ts-expect-error -- of another type
    use(rsync, { destination: 'x', delete: 'yes' })
    // @ts-expect-error -- missing
    use(rsync, { delete: true })
  })
})

describe('defineConfig', () => {
  test('takes everything that the schema takes', () => {
    const config = defineConfig({
      source: './data',
      targets: { backup: use(rsync, { destination: 'x' }), copy: '/copy', named: { handler: '@acme/x', options: { a: 1 } } },
      rules: [{ exclude: '**/.git/**' }, { include: ['a', 'b'] }],
      schedule: { delay: '50ms', minInterval: 0, bigFile: { threshold: '128MiB', delay: '30s' } },
      maxDelete: '50%',
      plugins: [definePlugin({ name: 'notify', apply: (hooks) => hooks.drained.tap('notify', () => {}) }), './plugin.ts'],
      profiles: { night: { extends: ['slow'], schedule: { minInterval: '10m' } }, slow: {} },
      tasks: { other: { source: './other' } },
    })
    expect(configSchema.safeParse(config).error).toBeUndefined()
  })

  test('refuses what the schema refuses', () => {
    // @ts-expect-error -- no such option
    defineConfig({ delya: 1 })
    // @ts-expect-error -- no such monitor
    defineConfig({ monitor: 'inotfy' })
    // @ts-expect-error -- no such option further down
    defineConfig({ schedule: { dealy: 1 } })
    expectTypeOf<UserConfig['extraneous']>().toEqualTypeOf<'keep' | 'delete' | undefined>()
  })
})
