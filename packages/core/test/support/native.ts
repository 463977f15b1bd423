import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `packages/core/src` as a file URL. */
export const SOURCES = new URL('../../src/', import.meta.url).href

/**
 * Runs an ES module's text in a Node of its own and returns what it passes to `print`. For what the test runner does
 * differently from Node: importing files by itself, with TypeScript and queries.
 */
export async function native(code: string, cwd: string = path.dirname(import.meta.filename)): Promise<unknown> {
  const script = `const print = (value) => console.log(JSON.stringify(value))\n${code}`
  const { stdout } = await run(process.execPath, ['--conditions=clsync-source', '--input-type=module', '--eval', script], { cwd })
  return JSON.parse(stdout) as unknown
}
