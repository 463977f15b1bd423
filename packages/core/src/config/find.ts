import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ClsyncError, isClsyncError } from '../model/error.ts'
import { isPlain } from './layer.ts'

/** A config file as it stands. */
export interface ConfigFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Names that are looked for in a directory; the first that exists is taken. */
const SEARCH_PLACES: readonly string[] = [
  ...['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'].map((ending) => `clsync.config.${ending}`),
  ...['', '.json', '.yaml', '.yml', '.ts', '.mts', '.js', '.mjs', '.cjs'].map((ending) => `.clsyncrc${ending}`),
  'package.json',
]

/** Reads one named file. Throws `CONFIG_NOT_FOUND`, `CONFIG_UNREADABLE` or `CONFIG_INVALID`. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  if (!existsSync(file)) {
    throw new ClsyncError('CONFIG_NOT_FOUND', {
      message: `There is no config file ${file}.`,
      fix: 'Correct the path given with --config or CLSYNC_CONFIG.',
    })
  }
  const explorer = await createExplorer()
  const result = await explorer.load(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  return checked(file, result?.config)
}

/**
 * The nearest config file: in `cwd`, then in each directory above it, up to and including the one with a `.git` (the root
 * of the project) or the home directory. `undefined` when there is none.
 */
export async function findConfigFile(cwd: string, home: string): Promise<ConfigFile | undefined> {
  const explorer = await createExplorer()
  for (let directory = path.resolve(cwd); ; directory = path.dirname(directory)) {
    const result = await explorer.search(directory).catch((error: unknown) => {
      throw unreadable((error as { filepath?: string }).filepath ?? directory, error)
    })
    if (result) return checked(result.filepath, result.config)
    if (isLast(directory, home)) return undefined
  }
}

/** Loaded late: most runs of the command line need no config file. */
async function createExplorer() {
  const { cosmiconfig } = await import('cosmiconfig')
  const loaders = Object.fromEntries(['.ts', '.mts', '.js', '.mjs'].map((ending) => [ending, importFresh]))
  return cosmiconfig('clsync', {
    searchPlaces: [...SEARCH_PLACES],
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders,
  })
}

/** The version query passes by Node's module cache, so that an edited file is read anew; modules that it imports are not. */
async function importFresh(file: string): Promise<unknown> {
  const { mtimeMs } = await stat(file)
  const module = (await import(/* @vite-ignore */ `${pathToFileURL(file).href}?v=${mtimeMs}`)) as { readonly default?: unknown }
  if (!('default' in module)) {
    throw new ClsyncError('CONFIG_INVALID', {
      message: `${file} has no default export.`,
      fix: 'Write `export default defineConfig({ … })`.',
    })
  }
  return await module.default
}

function isLast(directory: string, home: string): boolean {
  return directory === home || directory === path.dirname(directory) || existsSync(path.join(directory, '.git'))
}

function checked(file: string, config: unknown): ConfigFile {
  if (isPlain(config)) return { path: file, values: config }
  const empty = config === undefined || config === null
  throw new ClsyncError('CONFIG_INVALID', {
    message: empty
      ? `${file} is empty.`
      : `${file} does not hold an object but a ${Array.isArray(config) ? 'list' : typeof config}.`,
    fix:
      path.basename(file) === 'package.json'
        ? 'Put the options below its "clsync" key.'
        : 'Put the options into one object, at least `source` and `targets`.',
  })
}

function unreadable(file: string, error: unknown): ClsyncError {
  if (isClsyncError(error)) return error
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  const place = placeIn(stack)
  const reason = message.replace(/^(?:JSON|YAML) Error in .*:\n/u, '').split('\n    at ')[0]
  return new ClsyncError('CONFIG_UNREADABLE', {
    message: `${file} cannot be read.`,
    why: `${error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : ''}${reason}${place === undefined ? '' : ` (${place})`}`,
    fix:
      place === undefined && error instanceof SyntaxError && /\.[cm]?js$/u.test(file)
        ? `\`node --check ${file}\` shows the place.`
        : hintFor(error),
    cause: error,
  })
}

/** `clsync.config.ts, line 2`: of a TypeScript syntax error the stack's first line says it, of an error while running its first frame. */
function placeIn(stack: string): string | undefined {
  const lines = stack.split('\n').filter((line, at) => (at === 0 || line.includes('file:')) && !line.includes(OWN_SOURCES))
  for (const line of lines) {
    const match = /([^/?()\s]+)(?:\?[^:\s]*)?:(\d+)(?::\d+\)?)?$/u.exec(line)
    if (match) return `${match[1]}, line ${match[2]}`
  }
  return undefined
}

const OWN_SOURCES = new URL('..', import.meta.url).href

function hintFor(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ERR_MODULE_NOT_FOUND') return 'Install what it imports, where the config file is.'
  if (code === 'EACCES' || code === 'EPERM') return 'Make it readable for the user that runs clsync.'
  return 'Correct the file.'
}
