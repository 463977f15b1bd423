/** Values from one place, not yet checked. Later layers win over earlier ones. */
export interface Layer {
  /** For messages: `clsync.config.ts`, `profile night`, `CLSYNC_DELAY`, `--delay`. */
  readonly origin: string
  /** What relative paths in it start from. */
  readonly directory: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Where the value at a path comes from. */
export type Source = Pick<Layer, 'origin' | 'directory'>

export interface Merged {
  readonly values: Readonly<Record<string, unknown>>
  /** Where the value at `path`, or the nearest one above it, was set last; `undefined` when it was set nowhere. */
  sourceOf(path: readonly PropertyKey[]): Source | undefined
}

/**
 * All layers as one. Objects merge by key; everything else, also a list, replaces what was there. Where the `handler`
 * becomes another one, its options are dropped, because they mean nothing to the new handler.
 */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const sources = new Map<string, Source>()
  let values: Record<string, unknown> = {}
  for (const layer of layers) values = mergeInto(values, layer.values, layer, [], sources)
  return {
    values,
    sourceOf(path) {
      for (let length = path.length; length > 0; length--) {
        const source = sources.get(keyOf(path.slice(0, length)))
        if (source) return source
      }
      return undefined
    },
  }
}

/** Whether `value` is an object written out in a config, and not a handler, a plugin or another thing made by code. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return false
  return !('setup' in value) && typeof (value as { apply?: unknown }).apply !== 'function'
}

type Path = readonly PropertyKey[]

function mergeInto(
  base: unknown,
  over: Readonly<Record<string, unknown>>,
  source: Source,
  path: Path,
  sources: Map<string, Source>,
) {
  const result = kept(base, over, path)
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined || key === '__proto__') continue
    const here = [...path, key]
    sources.set(keyOf(here), source)
    result[key] = isPlain(value) ? mergeInto(result[key], value, source, here, sources) : value
  }
  return result
}

/** What stays of `base` below `over`. */
function kept(base: unknown, over: Readonly<Record<string, unknown>>, path: Path): Record<string, unknown> {
  if (!isPlain(base)) return {}
  const before = base['handler']
  if (before === undefined || over['handler'] === undefined || over['handler'] === before) return { ...base }
  if (path.at(-2) === 'targets') return {}
  const { options: _ofTheOtherHandler, ...rest } = base
  return rest
}

function keyOf(path: Path): string {
  return path.map(String).join('\0')
}
