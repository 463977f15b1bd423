import { describe, expect, test } from 'vitest'
import { defineHandler, z } from '../../src/handler.ts'
import { parseOptionPairs } from '../../src/load/option-pair.ts'
import { parseHandlerOptions } from '../../src/load/options.ts'

const handler = defineHandler({
  name: 'demo',
  options: z.strictObject({
    text: z.string().optional(),
    count: z.number().optional(),
    flag: z.boolean().optional(),
    list: z.array(z.string()).optional(),
    deep: z.strictObject({ port: z.number().optional(), secretKey: z.string().optional() }).optional(),
    mode: z.enum(['fast', 'safe']).default('safe'),
    either: z.union([z.string(), z.strictObject({ command: z.string() })]).optional(),
  }),
  setup: () => ({ async sync() {} }),
})

const parse = (texts: readonly string[], options: unknown = {}) =>
  parseHandlerOptions({ handler, options, pairs: parseOptionPairs(texts), target: 'backup', origin: 'clsync.config.ts' })

async function failure(texts: readonly string[], options?: unknown): Promise<string> {
  const error: unknown = await parse(texts, options).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'HANDLER_OPTIONS_INVALID' })
  const { message, why } = error as { message: string; why: string }
  return `${message}\n${why}`
}

describe('key=value', () => {
  test.each<[string[], object]>([
    [['text=hello'], { text: 'hello' }],
    [['text=a=b'], { text: 'a=b' }],
    [['text='], { text: '' }],
    [['text=5'], { text: '5' }],
    [['text=true'], { text: 'true' }],
    [['text={"a":1}'], { text: '{"a":1}' }],
    [['text=007'], { text: '007' }],
    [['text=12345678901234567890'], { text: '12345678901234567890' }],
    [['count=5'], { count: 5 }],
    [['count=1.50'], { count: 1.5 }],
    [['flag=true'], { flag: true }],
    [['list=a'], { list: ['a'] }],
    [['list=5'], { list: ['5'] }],
    [['list=a', 'list=5'], { list: ['a', '5'] }],
    [['list=["a","b"]'], { list: ['a', 'b'] }],
    [['deep.port=22'], { deep: { port: 22 } }],
    [['deep={"port":22}'], { deep: { port: 22 } }],
    [['text=5', 'count=5', 'deep.port=1'], { text: '5', count: 5, deep: { port: 1 } }],
  ])('%j', async (texts, expected) => expect(await parse(texts)).toEqual({ mode: 'safe', ...expected }))

  test('goes over what the config says, key by key', async () => {
    const options = { text: 'a', deep: { port: 1, secretKey: 's' } }
    expect(await parse(['deep.port=2'], options)).toMatchObject({ text: 'a', deep: { port: 2, secretKey: 's' } })
    expect(options.deep.port).toBe(1)
  })

  test.each(['text', '=x', 'a..b=1', '__proto__.x=1', 'constructor=1'])('%s is refused', (text) =>
    expect(() => parseOptionPairs([text])).toThrow(expect.objectContaining({ code: 'CLI_USAGE' }) as Error),
  )
})

describe('wrong options', () => {
  test('are all listed, with what is accepted and the nearest name', async () => {
    const text = await failure([], { txt: 'a', count: 'many', mode: 'fsat', deep: { prot: 1 }, either: { comand: 'x' } })
    expect(text).toContain('target "backup"')
    expect(text).toContain('clsync.config.ts')
    expect(text).toMatch(/txt: there is no such option; did you mean "text"\?/u)
    expect(text).toMatch(/count: expected a number, got "many"/u)
    expect(text).toMatch(/mode: expected one of "fast", "safe", got "fsat"; did you mean "fast"\?/u)
    expect(text).toMatch(/deep\.prot: there is no such option; did you mean "port"\?/u)
    expect(text).toMatch(/either\.comand: there is no such option; did you mean "command"\?/u)
  })

  test('from the command line are shown as they were typed', async () => {
    expect(await failure(['count=many'])).toMatch(/count: expected a number, got "many"/u)
  })

  test('never show secrets', async () => {
    expect(await failure([], { deep: { secretKey: 12345 } })).not.toContain('12345')
  })
})
