import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { HANDLER_API, type Handler } from '../handler.ts'
import { completeCapabilities, wrongCapability } from './capabilities.ts'
import { ClsyncError } from '../model/error.ts'
import { nearestName } from './nearest.ts'
import { isPathName, packageNames, resolveModule, type Resolved } from './resolve.ts'

/** The handler that is part of the installation. */
export const EMBEDDED_HANDLER = '@clsync/handler-mirror'

/** Who named a handler, and from where its name is looked up. */
export interface Naming {
  /** Directory of the config file that named it, else the working directory. */
  readonly from: string
  /** For messages: the config file, `--handler`, …. */
  readonly origin: string
}

/**
 * Imports the handler called `name`: a package, its short name (`rsync` for `@clsync/handler-rsync`), or a path.
 * Throws `HANDLER_NOT_FOUND`, `HANDLER_INVALID` or `HANDLER_API_MISMATCH`.
 */
export async function loadHandler(name: string, naming: Naming): Promise<Handler> {
  if (packageNames(name).includes(EMBEDDED_HANDLER) && !resolveModule(EMBEDDED_HANDLER, [naming.from])) return loadEmbedded()
  const resolved = resolveModule(name, [naming.from, CORE_DIRECTORY])
  if (!resolved) throw notFound(name, naming)
  return checkHandler(await importDefault(resolved, naming), { name: resolved.name, naming })
}

/** Checks what a package exports, or a config file names, to be a handler that this version can run. */
export function checkHandler(value: unknown, { name, naming }: { readonly name: string; readonly naming: Naming }): Handler {
  const wrong = wrongShape(value)
  if (wrong !== undefined) {
    throw new ClsyncError('HANDLER_INVALID', {
      message: `"${name}" is not a clsync handler: ${wrong}.`,
      why: `Named by ${naming.origin}.`,
      fix: `Its module must have \`export default defineHandler({ … })\`, with defineHandler from "@clsync/core/handler".`,
    })
  }
  const handler = value as Handler // by the check above
  if (handler.api !== HANDLER_API) throw apiMismatch(handler, name, naming)
  return completeCapabilities(handler)
}

const CORE_DIRECTORY = path.dirname(fileURLToPath(import.meta.url))

async function loadEmbedded(): Promise<Handler> {
  const naming = { from: CORE_DIRECTORY, origin: 'clsync itself' }
  const name: string = EMBEDDED_HANDLER // a variable, because core must not depend on the types of a package that depends on core
  const module = (await import(name)) as { readonly default?: unknown } // checked next
  return checkHandler(unwrapped(module.default), { name, naming })
}

async function importDefault(resolved: Resolved, naming: Naming): Promise<unknown> {
  try {
    const module = (await import(/* @vite-ignore */ resolved.url)) as { readonly default?: unknown } // checked by the caller
    return unwrapped(module.default)
  } catch (error) {
    throw cannotImport(resolved, naming, error)
  }
}

/** CommonJS made from ES modules has its default export one level further down. */
function unwrapped(exported: unknown): unknown {
  const inner = (exported as { readonly default?: unknown } | undefined)?.default
  return inner !== undefined && wrongShape(exported) !== undefined ? inner : exported
}

function wrongShape(value: unknown): string | undefined {
  if (value === undefined) return 'it has no default export'
  if (typeof value !== 'object' || value === null) return `its default export is a ${value === null ? 'null' : typeof value}`
  const { api, name, options, capabilities, setup } = value as Record<string, unknown> // an object, so it has some properties
  if (typeof api !== 'number') return 'it has no contract version ("api")'
  if (typeof name !== 'string' || name === '') return 'it has no "name"'
  if (typeof setup !== 'function') return 'it has no "setup" function'
  if (typeof (options as { safeParse?: unknown } | undefined)?.safeParse !== 'function')
    return 'its "options" are not a zod schema'
  return wrongCapability(capabilities)
}

function apiMismatch(handler: Handler, name: string, naming: Naming): ClsyncError {
  const stale = handler.api < HANDLER_API ? name : '@clsync/core'
  return new ClsyncError('HANDLER_API_MISMATCH', {
    message: `Handler "${name}" speaks version ${handler.api} of the handler contract, this clsync speaks version ${HANDLER_API}.`,
    why: `Named by ${naming.origin}.`,
    fix: isPathName(stale)
      ? `Build ${stale} against the installed @clsync/core.`
      : installCommand(`${stale}@latest`, naming.from),
  })
}

function cannotImport(resolved: Resolved, naming: Naming, error: unknown): ClsyncError {
  const code = (error as NodeJS.ErrnoException).code
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  const typed = code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
  return new ClsyncError('HANDLER_INVALID', {
    message: `Handler "${resolved.name}" cannot be loaded: ${reason}`,
    why: `Imported ${resolved.url}, named by ${naming.origin}.`,
    fix: typed
      ? 'Node runs TypeScript only outside of node_modules: a package must contain JavaScript.'
      : `Try \`node ${fileURLToPath(resolved.url)}\` to see the whole error.`,
    cause: error,
  })
}

function notFound(name: string, naming: Naming): ClsyncError {
  const looked = `Named by ${naming.origin}, looked for from ${naming.from}`
  if (isPathName(name)) {
    return new ClsyncError('HANDLER_NOT_FOUND', {
      message: `Handler "${name}" was not found.`,
      why: `${looked}: there is no file ${path.resolve(naming.from, name)}.`,
      fix: 'Correct the path; it is relative to the file that names it, on the command line to the working directory.',
    })
  }
  const asFile = existsSync(path.resolve(naming.from, name)) ? ` If you mean the file, write ./${name}.` : ''
  const known = nearestName(name, KNOWN_HANDLERS) ?? nearestName(name, KNOWN_HANDLERS.map(shortName))
  // A bare word is most likely some package of another purpose.
  const own = name.includes('-') ? name : packageNames(name).at(-1)
  const wanted = known === undefined ? own : packageNames(known)[0]
  return new ClsyncError('HANDLER_NOT_FOUND', {
    message: `Handler "${name}" was not found.`,
    why: `${looked}, then next to clsync itself; tried ${packageNames(name).join(', ')}.`,
    fix: `${installCommand(wanted ?? name, naming.from)} — or give a path such as ./my-handler.ts.${asFile}`,
  })
}

const KNOWN_HANDLERS = [EMBEDDED_HANDLER, '@clsync/handler-rsync', '@clsync/handler-script', '@clsync/handler-s3']

function shortName(packageName: string): string {
  return packageName.replace('@clsync/handler-', '')
}

/** In the words of the package manager whose lock file is nearest above `directory`. */
export function installCommand(packageName: string, directory: string): string {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const manager = LOCK_FILES.find(([file]) => existsSync(path.join(at, file)))
    if (manager) return `${manager[1]} ${packageName}`
    if (at === path.dirname(at)) return `npm install ${packageName}`
  }
}

const LOCK_FILES = [
  ['pnpm-lock.yaml', 'pnpm add'],
  ['yarn.lock', 'yarn add'],
  ['bun.lock', 'bun add'],
  ['bun.lockb', 'bun add'],
  ['package-lock.json', 'npm install'],
] as const
