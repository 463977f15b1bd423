import type { Handler, z } from '../handler.ts'
import type { UserConfig } from './schema.ts'
import type { TypedPlugin, UsedHandler } from './written.ts'

/** Types a config file: `export default defineConfig({ … })`. Returns what it is given. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}

/** A target: `handler` with `options`. An option that the handler does not know, or of the wrong type, is a compile error. */
export function use<Options extends z.ZodType>(handler: Handler<Options>, options: NoInfer<z.input<Options>>): UsedHandler {
  // Options are always an object; only their exact type is forgotten here.
  return { handler, options: options as Record<string, unknown> }
}

/** Types a plugin: `definePlugin({ name: 'notify', apply(hooks) { hooks.synced.tap('notify', …) } })`. Returns what it is given. */
export function definePlugin(plugin: TypedPlugin): TypedPlugin {
  return plugin
}
