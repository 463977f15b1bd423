import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory of its own for one test, with these files in it (a name that ends in `/` is a directory); removed afterwards. */
export function project(files: Readonly<Record<string, string | object>> = {}): string {
  // Ends the search for config files, as the root of a checkout does.
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'clsync-test-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, content] of Object.entries({ '.git/': '', ...files })) {
    const file = path.join(directory, name)
    mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return directory
}

/** JavaScript of a handler module that needs nothing installed. `changes` replaces its properties. */
export function handlerSource(name: string, changes = '', options = '(input) => ({ success: true, data: input })'): string {
  return `export default { api: 1, name: '${name}', options: { safeParse: ${options}, safeParseAsync: async (input) => (${options})(input) },
    capabilities: {}, setup() { return { async sync() {} } }, ${changes} }\n`
}
