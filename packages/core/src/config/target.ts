import path from 'node:path'
import type { Handler } from '../handler.ts'
import { checkHandler, EMBEDDED_HANDLER, installCommand, loadHandler } from '../load/handler.ts'
import type { OptionPair } from '../load/option-pair.ts'
import { parseHandlerOptions } from '../load/options.ts'
import { ClsyncError } from '../model/error.ts'
import type { TargetSpec } from '../model/task.ts'
import type { Source } from './layer.ts'
import { absolutePath, type LocalTarget } from './place.ts'

/** A target as written, with who wrote it. */
export interface TargetDraft {
  /** Empty: named after its handler. */
  readonly name: string
  /** `undefined`: the embedded mirror. */
  readonly handler: Handler | string | undefined
  /** Becomes the option `destination`. */
  readonly destination: string | undefined
  readonly options: unknown
  /** From the command line; relative paths in them start from `pairsFrom`. */
  readonly pairs: readonly OptionPair[]
  readonly pairsFrom: string
  readonly source: Source
}

export interface ResolvedTarget {
  readonly spec: TargetSpec
  /** Where it writes on this machine, when it does and this can be told. */
  readonly local: LocalTarget | undefined
}

/** Loads the handler and checks its options. Throws `HANDLER_*`, and `CLI_USAGE` for a destination that needs a handler. */
export async function resolveTarget(draft: TargetDraft, home: string): Promise<ResolvedTarget> {
  const { source, destination } = draft
  if (draft.handler === undefined && destination !== undefined) refuseRemote(destination, source)
  const naming = { from: source.directory, origin: source.origin }
  const handler =
    typeof draft.handler === 'object'
      ? checkHandler(draft.handler, { name: draft.handler.name, naming })
      : await loadHandler(draft.handler ?? EMBEDDED_HANDLER, naming)
  const name = draft.name === '' ? handler.name : draft.name
  const named = withDestination(draft.options, destination)
  const options = withLocalPaths(named, (given) => localPath(given, handler, source.directory, home))
  const pairs = draft.pairs.map((pair) => withLocalMeanings(pair, (given) => localPath(given, handler, draft.pairsFrom, home)))
  const parsed = await parseHandlerOptions({ handler, options, pairs, target: name, origin: source.origin })
  const [directory, trash] = PATH_OPTIONS.map((option) => localOption(parsed, option, handler, source.directory, home))
  return {
    spec: Object.freeze({ name, handler, options: parsed }),
    local: directory === undefined ? undefined : { name, directory, ...(trash !== undefined && { trash }) },
  }
}

/** Names the handler for destinations that are no local path. */
export function remoteHandlerFor(destination: string): string | undefined {
  if (/^s3:\/\//iu.test(destination)) return '@clsync/handler-s3'
  if (/^(?:rsync|ssh):\/\//iu.test(destination)) return '@clsync/handler-rsync'
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(destination)) return ''
  const isDrive = process.platform === 'win32' && /^[a-z]:[\\/]/iu.test(destination)
  return !isDrive && /^[^/]+:/u.test(destination) ? '@clsync/handler-rsync' : undefined
}

function refuseRemote(destination: string, source: Source): void {
  const handler = remoteHandlerFor(destination)
  if (handler === undefined) return
  throw new ClsyncError('CLI_USAGE', {
    message: `"${destination}" is not a local directory, so it needs a handler.`,
    why: `Named by ${source.origin}. Without a handler, clsync mirrors into local directories.`,
    fix:
      handler === ''
        ? 'Name the handler that understands it with --handler. A directory with a colon in its name is written ./name:rest.'
        : `${installCommand(handler, source.directory)}, then add: --handler ${handler}. A directory with a colon in its name is written ./name:rest.`,
  })
}

function withDestination(options: unknown, destination: string | undefined): unknown {
  return destination === undefined ? options : { ...(options as object | undefined), destination } // the schema lets only objects in
}

/** Relative paths of a config mean its own directory, wherever clsync is started. */
function withLocalPaths(options: unknown, local: (given: string) => string | undefined): unknown {
  if (typeof options !== 'object' || options === null) return options
  const paths = PATH_OPTIONS.flatMap((name) => {
    const given: unknown = Reflect.get(options, name)
    const absolute = typeof given === 'string' ? local(given) : undefined
    return absolute === undefined ? [] : [[name, absolute]]
  })
  return { ...options, ...Object.fromEntries(paths) }
}

function withLocalMeanings(pair: OptionPair, local: (given: string) => string | undefined): OptionPair {
  if (!PATH_OPTIONS.includes(pair.path.join('.'))) return pair
  return { ...pair, meanings: pair.meanings.map((given) => (typeof given === 'string' ? (local(given) ?? given) : given)) }
}

/** Options that hold paths, by the custom of our handlers. */
const PATH_OPTIONS = ['destination', 'trash']

function localOption(options: unknown, name: string, handler: Handler, directory: string, home: string): string | undefined {
  const given = (options as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof given === 'string' ? localPath(given, handler, directory, home) : undefined
}

/**
 * `destination` as an absolute path, `undefined` when it does not name a local directory. A bare `backup/data` is one only
 * for handlers that are known to write into directories; for others it may be a queue or a bucket.
 */
function localPath(destination: string, handler: Handler, directory: string, home: string): string | undefined {
  const written = path.isAbsolute(destination) || /^(?:\.{1,2}|~)(?:\/|$)/u.test(destination)
  const bare = DIRECTORY_HANDLERS.has(handler.name) && (handler.name === 'mirror' || remoteHandlerFor(destination) === undefined)
  return written || bare ? absolutePath(destination, directory, home) : undefined
}

const DIRECTORY_HANDLERS: ReadonlySet<string> = new Set(['mirror', 'rsync'])
