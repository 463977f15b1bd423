import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClsyncError } from '../model/error.ts'
import type { Plugin } from '../model/task.ts'
import { installCommand, type Naming } from './handler.ts'
import { isPathName, resolveModule } from './resolve.ts'

/** Imports the plugin called `name`: a package or a path, with `{ name, apply(hooks) }` as its default export. Throws `PLUGIN_FAILED`. */
export async function loadPlugin(name: string, naming: Naming): Promise<Plugin> {
  const why = `Named by ${naming.origin}, looked for from ${naming.from}.`
  const resolved = resolveModule(name, [naming.from, path.dirname(fileURLToPath(import.meta.url))])
  if (!resolved) {
    const fix = isPathName(name)
      ? 'Correct the path; it is relative to the file that names it.'
      : installCommand(name, naming.from)
    throw new ClsyncError('PLUGIN_FAILED', { message: `Plugin "${name}" was not found.`, why, fix })
  }
  const module = await importModule(resolved.url).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new ClsyncError('PLUGIN_FAILED', { message: `Plugin "${name}" cannot be loaded: ${reason}`, why, cause: error })
  })
  if (isPlugin(module.default)) return module.default
  throw new ClsyncError('PLUGIN_FAILED', {
    message: `"${name}" is not a clsync plugin.`,
    why,
    fix: 'Its module must have `export default definePlugin({ name, apply(hooks) { … } })`.',
  })
}

async function importModule(url: string): Promise<{ readonly default?: unknown }> {
  return (await import(/* @vite-ignore */ url)) as { readonly default?: unknown } // a module is an object
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { name, apply } = value as Partial<Record<keyof Plugin, unknown>> // an object, so it has some properties
  return typeof name === 'string' && typeof apply === 'function'
}
