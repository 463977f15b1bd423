import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where a name was found: what to import. */
export interface Resolved {
  readonly url: string
  /** `package` when it is installed as one, with its name; `file` when it was given as a path. */
  readonly kind: 'package' | 'file'
  readonly name: string
}

/** Whether `name` is a path or file URL and not the name of a package. */
export function isPathName(name: string): boolean {
  return /^(?:\.{1,2}(?:[\\/]|$)|[\\/]|file:|[a-z]:[\\/])/iu.test(name)
}

/**
 * The module that `name` stands for: a path below the first of `directories`, else a package seen from the first of them
 * that has it. `undefined` when there is none.
 */
export function resolveModule(name: string, directories: readonly string[]): Resolved | undefined {
  if (isPathName(name)) return resolveFile(name, directories[0] ?? process.cwd())
  for (const candidate of packageNames(name)) {
    for (const directory of directories) {
      const file = resolvePackage(candidate, directory)
      if (file !== undefined) return { url: pathToFileURL(file).href, kind: 'package', name: candidate }
    }
  }
  return undefined
}

/** Names of packages that `name` may stand for: `rsync` is short for `@clsync/handler-rsync`. */
export function packageNames(name: string): string[] {
  if (/[@/]/u.test(name)) return [name]
  const official = `@clsync/handler-${name}`
  return OFFICIAL.has(name) ? [official, name] : [name, official, `clsync-handler-${name}`]
}

/** These never mean an unrelated package of the same name. */
const OFFICIAL: ReadonlySet<string> = new Set(['mirror', 'rsync', 'script', 's3'])

function resolveFile(name: string, directory: string): Resolved | undefined {
  const file = name.startsWith('file:') ? fileURLToPath(name) : path.resolve(directory, name)
  try {
    // Also finds `./handler` for `./handler.js` and a directory's `main`.
    return { url: pathToFileURL(createRequire(path.join(directory, 'here.js')).resolve(file)).href, kind: 'file', name }
  } catch {
    const typed = ['.ts', '.mts'].map((ending) => file + ending).find((candidate) => existsSync(candidate))
    return typed === undefined ? undefined : { url: pathToFileURL(typed).href, kind: 'file', name }
  }
}

function resolvePackage(name: string, directory: string): string | undefined {
  try {
    return createRequire(path.join(directory, 'here.js')).resolve(name)
  } catch (error) {
    // `require` does not see packages that are for `import` alone, so their map is read here.
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? resolveImportOnly(name, directory) : undefined
  }
}

function resolveImportOnly(name: string, directory: string): string | undefined {
  const [, packageName = name, rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/u.exec(name) ?? []
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const root = path.join(at, 'node_modules', packageName)
    const manifest = readManifest(path.join(root, 'package.json'))
    if (manifest) {
      const target = pickTarget(exportAt(manifest.exports, `.${rest}`))
      return target === undefined ? undefined : path.join(root, target)
    }
    if (at === path.dirname(at)) return undefined
  }
}

function readManifest(file: string): { readonly exports?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { exports?: unknown } // looked at with checks only
  } catch {
    return undefined
  }
}

function exportAt(exports: unknown, subpath: string): unknown {
  if (!isObject(exports)) return subpath === '.' ? exports : undefined
  if (subpath in exports) return exports[subpath]
  const hasSubpaths = Object.keys(exports).some((key) => key.startsWith('.'))
  return subpath === '.' && !hasSubpaths ? exports : undefined
}

/** The first target whose conditions hold, in the order in which the package names them, as Node does. */
function pickTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) return target.map(pickTarget).find((one) => one !== undefined)
  if (!isObject(target)) return undefined
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.has(condition) ? pickTarget(inner) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default'])

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
