import { stripTypeScriptTypes } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printedIn } from './documents/blocks.ts'
import { type Checks, CORE, existingSite, FROM_CLSYNC, HANDLERS, README } from './documents/checks.ts'
import { createFolder, type Folder } from './documents/folder.ts'

/** Not run here, and why that leaves nothing untried. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start': 'CI runs it on a fresh clone',
  'npm test': 'it is what runs this test',
  'npm run setup': 'it came before this test',
  'npm install @clsync/core @clsync/handler-script': 'every folder here has them',
  'export PATH="$PWD/node_modules/.bin:$PATH"': 'every command here has it',
}

describe('README.md', () => {
  const folder = tryOut('README.md', README, installManifestHandler)

  it('has a first handler of 20 lines, the same as the example', () => {
    const handler = folder().read('my-handler.ts').replace(/^.*\n/u, '')
    expect(handlerOfExample()).toBe(handler)
    const lines = handler.slice(handler.indexOf('export default')).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(20)
  })
})

describe('docs/handlers.md', () => {
  tryOut('docs/handlers.md', HANDLERS)
})

describe('packages/core/README.md', () => {
  const folder = tryOut('packages/core/README.md', CORE, (made) => {
    made.write('src/hello.txt', 'hello\n')
    made.write('my-handler.ts', handlerOfReadme())
  })

  it('shows how to embed the engine', async () => {
    expect(await folder().run('node embedded.ts')).toContain('1 entries')
    expect(folder().read('embedded/hello.txt')).toBe('hello\n')
  })
})

describe('packages/handler-script/README.md', () => {
  const folder = tryOut('packages/handler-script/README.md', {}, (made) => made.write('src/hello.txt', 'hello\n'))

  it('shows a config that works', async () => {
    await folder().run('mkdir copy && clsync --once')
    expect(folder().read('copy/hello.txt')).toBe('hello\n')
  })
})

describe('docs/from-clsync.md', () => {
  tryOut('docs/from-clsync.md', FROM_CLSYNC, existingSite)
})

/**
 * Saves what the document prints in a folder, lets the compiler read it, and runs the commands one after the other. Returns the
 * folder, for tests after those.
 */
function tryOut(document: string, checks: Checks, prepare?: (folder: Folder) => void): () => Folder {
  const { commands, files } = printedIn(document)
  let folder: Folder
  beforeAll(() => {
    folder = createFolder()
    prepare?.(folder)
    folder.write('package.json', '{ "type": "module" }\n')
    for (const [name, content] of files) folder.write(name, content)
    folder.write('tsconfig.check.json', TSCONFIG)
  })
  afterAll(() => folder.dispose())

  it('has code that compiles', async () => {
    await folder.run('tsc -p tsconfig.check.json')
  })

  it.each(commands.filter((command) => !Object.hasOwn(ELSEWHERE, command)))('%s', async (command) => {
    const check = (): Promise<void> | void => checks[command]?.(folder)
    if (isLive(command)) return folder.live(command, check)
    await folder.run(command)
    await check()
  })

  it('has the commands that are checked here', () => {
    expect(commands).toEqual(expect.arrayContaining(Object.keys(checks)))
  })
  return () => folder
}

function isLive(command: string): boolean {
  return /^clsync(?! import)/u.test(command) && !/ --(once|until-idle|dry-run|help|version)\b/u.test(command)
}

function handlerOfReadme(): string {
  return printedIn('README.md').files.get('my-handler.ts') ?? ''
}

function handlerOfExample(): string {
  const example = createFolder('examples/first-handler')
  try {
    return example.read('my-handler.ts')
  } finally {
    example.dispose()
  }
}

/** The README's handler as a package has it. */
function installManifestHandler(folder: Folder): void {
  const name = 'clsync-handler-manifest'
  folder.write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: './my-handler.js' }))
  folder.write(`node_modules/${name}/my-handler.js`, stripTypeScriptTypes(handlerOfReadme()))
}

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
    ...{ module: 'nodenext', target: 'es2024', types: ['node'], allowImportingTsExtensions: true },
  },
  include: ['*.ts'],
})
