import type { Handler, z } from '../handler.ts'
import type { Hooks } from '../hooks.ts'
import type { UserConfig } from './schema.ts'

/** A handler with options that were checked by the compiler. Made by {@link use}. */
export interface UsedHandler {
  readonly handler: Handler
  readonly options: Record<string, unknown>
}

/** Types a config file: `export default defineConfig({ … })`. Returns what it is given. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}

/** A target: `handler` with `options`. An option that the handler does not know, or of the wrong type, is a compile error. */
export function use<Options extends z.ZodType>(handler: Handler<Options>, options: NoInfer<z.input<Options>>): UsedHandler {
  // The options belong to this very handler; only the types of the two are forgotten here. Options are always an object.
  return { handler: handler as unknown as Handler, options: options as Record<string, unknown> }
}

/** Types a plugin: `definePlugin({ name: 'notify', apply(hooks) { hooks.synced.tap('notify', …) } })`. Returns what it is given. */
export function definePlugin(plugin: TypedPlugin): TypedPlugin {
  return plugin
}

export interface TypedPlugin {
  readonly name: string
  /** Called once per task, before it starts. */
  apply(hooks: Hooks): void
}
