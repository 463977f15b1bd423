import type { Handler } from '../handler.ts'
import type { Hooks } from '../hooks.ts'

/** A handler with options that were checked by the compiler. Made by `use`. */
export interface UsedHandler {
  readonly handler: Handler
  readonly options: Record<string, unknown>
}

/** A plugin whose hooks have their types. */
export interface TypedPlugin {
  readonly name: string
  /** Called once per task, before it starts. */
  apply(hooks: Hooks): void
}
