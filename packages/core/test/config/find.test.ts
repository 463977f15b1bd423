import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findConfigFile, readConfigFile } from '../../src/config/find.ts'
import { native, SOURCES } from '../support/native.ts'
import { project } from '../support/project.ts'

const MODULE = "export default { source: './data' }\n"
const JSON_TEXT = '{ "source": "./data" }'
const YAML_TEXT = 'source: ./data\n'

const FORMATS: Readonly<Record<string, string>> = {
  'clsync.config.ts': "const source: string = './data'\nexport default { source }\n",
  'clsync.config.mts': "const source: string = './data'\nexport default { source }\n",
  'clsync.config.js': MODULE,
  'clsync.config.mjs': MODULE,
  'clsync.config.cjs': "module.exports = { source: './data' }\n",
  'clsync.config.json': JSON_TEXT,
  'clsync.config.yaml': YAML_TEXT,
  'clsync.config.yml': YAML_TEXT,
  '.clsyncrc': YAML_TEXT,
  '.clsyncrc.json': JSON_TEXT,
  '.clsyncrc.yaml': YAML_TEXT,
  '.clsyncrc.yml': YAML_TEXT,
  '.clsyncrc.ts': MODULE,
  '.clsyncrc.mts': MODULE,
  '.clsyncrc.js': MODULE,
  '.clsyncrc.mjs': MODULE,
  '.clsyncrc.cjs': "module.exports = { source: './data' }\n",
  'package.json': '{ "type": "module", "clsync": { "source": "./data" } }',
}

describe('findConfigFile', () => {
  test('reads every format', async () => {
    const names = Object.keys(FORMATS)
    const directory = project(Object.fromEntries(names.map((name) => [`${name}.d/${name}`, FORMATS[name] ?? ''])))
    const found = await native(`
      import { findConfigFile } from '${SOURCES}config/find.ts'
      const found = []
      for (const name of ${JSON.stringify(names)}) found.push(await findConfigFile('${directory}/' + name + '.d', '/nowhere').catch(String))
      print(found)`)
    expect(found).toEqual(names.map((name) => ({ path: path.join(directory, `${name}.d`, name), values: { source: './data' } })))
  })

  test('looks in the directories above, past a package.json without the key', async () => {
    const directory = project({ '.clsyncrc': YAML_TEXT, 'packages/a/package.json': '{}', 'packages/a/src/': '' })
    const found = await findConfigFile(path.join(directory, 'packages/a/src'), '/nowhere')
    expect(found?.path).toBe(path.join(directory, '.clsyncrc'))
  })

  test('does not leave the project, nor the home directory', async () => {
    const directory = project({ '.clsyncrc': YAML_TEXT, 'inner/.git/': '', 'home/': '' })
    expect(await findConfigFile(path.join(directory, 'inner'), '/nowhere')).toBeUndefined()
    expect(await findConfigFile(path.join(directory, 'home'), path.join(directory, 'home'))).toBeUndefined()
  })

  test('takes clsync.config.ts before the rest', async () => {
    const directory = project({ 'clsync.config.ts': "export default { source: 'typed' }", '.clsyncrc': YAML_TEXT })
    expect((await findConfigFile(directory, '/nowhere'))?.values).toEqual({ source: 'typed' })
  })

  test('reads an edited module anew', async () => {
    const directory = project({ 'clsync.config.ts': MODULE })
    const found = await native(`
      import { utimesSync, writeFileSync } from 'node:fs'
      import { findConfigFile } from '${SOURCES}config/find.ts'
      const file = '${directory}/clsync.config.ts'
      const before = await findConfigFile('${directory}', '/nowhere')
      writeFileSync(file, "export default { source: './other' as string }")
      utimesSync(file, 1, 1)
      print([before.values.source, (await findConfigFile('${directory}', '/nowhere')).values.source])`)
    expect(found).toEqual(['./data', './other'])
  })
})

describe('a file that cannot be used', () => {
  test.each([
    ['clsync.config.json', '{ "source": }', 'CONFIG_UNREADABLE', /JSON/u],
    ['clsync.config.yaml', 'source: [', 'CONFIG_UNREADABLE', /YAML/u],
    ['clsync.config.mjs', 'export default {,}', 'CONFIG_UNREADABLE', /SyntaxError|PARSE|Unexpected|Expression/u],
    ['clsync.config.mjs', "import 'no-such-package-here'\nexport default {}", 'CONFIG_UNREADABLE', /no-such-package-here/u],
    ['clsync.config.mjs', "throw new Error('own trouble')", 'CONFIG_UNREADABLE', /own trouble/u],
    ['clsync.config.mjs', 'export const source = 1', 'CONFIG_INVALID', /no default export/u],
    ['clsync.config.json', '[]', 'CONFIG_INVALID', /a list/u],
    ['.clsyncrc', ' ', 'CONFIG_INVALID', /empty/u],
    ['package.json', '{ "clsync": 1 }', 'CONFIG_INVALID', /number/u],
  ])('%s with %j is %s', async (name, text, code, says) => {
    const directory = project({ [name]: text })
    const error: unknown = await findConfigFile(directory, '/nowhere').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ClsyncError', code })
    const { message, why = '' } = error as { message: string; why?: string }
    expect(`${message} ${why}`).toMatch(says)
    expect(`${message} ${why}`).toContain(name)
    expect(why).not.toContain('    at ')
  })

  test('a named file must exist', async () => {
    await expect(readConfigFile('/nowhere/clsync.config.ts')).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' })
  })
})
