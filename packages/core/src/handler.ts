import { z } from 'zod'
import type { Kind } from './model/entry.ts'

export { z }
export type { Kind }
export { refuse } from './model/refusal.ts'
export { nameText, sourcePath } from './model/source-path.ts'

/** Contract version. Raised only when a handler written against the one before would misbehave. */
export const HANDLER_API = 1

/** One path whose copy at the target is out of date, judged against what this handler last confirmed. */
export interface Change {
  /** `delete`: the target is to hold nothing here, also when the source still has something that is excluded now. */
  readonly type: 'create' | 'update' | 'delete' | 'move'
  /**
   * Below the root, `/`-separated, normalised, never absolute, never through `..`, never empty. Bytes that are not UTF-8
   * stand as U+DC80 to U+DCFF; only handlers that claim `byteNames` see those, and turn them into a real path with
   * {@link sourcePath}.
   */
  readonly path: string
  /** On `move` only: where the target holds it when this change's turn comes. */
  readonly from?: string
  /** What it is in the source; on `delete` what the target was told. */
  readonly kind: Kind
  /** What the target was told before; `none` when it was told of nothing, `unknown` when an earlier attempt may have got half way. */
  readonly previousKind: Kind | 'none' | 'unknown'
  /** Whether the bytes (or the link's text) may differ. `false`: only mode, owner or times do. */
  readonly content: boolean
  /** Everything below `path` as well. Only handlers that claim `recursive` ever see `true`. */
  readonly recursive: boolean
  /** What the source looked like when it was last looked at; absent on `delete`. */
  readonly stat?: Stat
}

export interface Stat {
  readonly sizeBytes: number
  /** Milliseconds since 1970, with fractions. */
  readonly mtimeMs: number
  /** Permission bits, `0o7777`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * Changes to apply together, in this order: moves (with what must make room for them), then deletes (deepest first), then
 * creates and updates (parents first). Paths of batches in flight at once never overlap.
 */
export interface Batch {
  /** The same for the same changes, also after a restart: fit for an idempotency key. */
  readonly id: string
  /** `initial`: the first pass over the tree; `resync`: asked for by a person. */
  readonly reason: 'initial' | 'change' | 'resync'
  /** 1 at first, more on a retry. */
  readonly attempt: number
  readonly changes: readonly Change[]
}

/** Paths not named in `failed` count as done. Throwing fails the whole batch. */
export interface SyncResult {
  readonly failed?: readonly FailedPath[]
  /**
   * Paths of the batch whose change was out of date when their turn came: the source did not have them any more, or, where they were
   * to be deleted, had them again, so that they were left or brought. That is no failure; but as it may be otherwise by now, clsync
   * looks at them again instead of taking them for synced. Default: none.
   */
  readonly stale?: readonly string[]
}

export interface FailedPath {
  /** A `path` of the batch. */
  readonly path: string
  readonly error: unknown
}

/** Something the target holds already. */
export interface InventoryEntry {
  readonly path: string
  readonly kind: Kind
}

/** A handler set up for one target. Calls overlap only when `parallel` is above 1. */
export interface Session {
  /** The target is not the one that was synced to before (see `HandlerContext.accept`): what was confirmed is forgotten. */
  readonly isNew?: boolean
  /** `false`: nothing can be renamed at this target, whatever its handler claims; a delete and a create come instead of a move. */
  readonly moves?: boolean
  /**
   * Make the target match the source *as it is now* at these paths. Safe to repeat. A path that has vanished from the source
   * meanwhile is no failure; see {@link SyncResult.stale}. Stop soon after `signal` aborts and reject; what was done until then may stay.
   */
  sync(batch: Batch, signal: AbortSignal): Promise<SyncResult | void>
  /**
   * What the target holds. Asked for once, at first contact, so that what the source lacks can be counted or removed by the
   * user's choice (`extraneous`). A session without it is taken to start empty.
   */
  inventory?(signal: AbortSignal): Iterable<InventoryEntry> | AsyncIterable<InventoryEntry>
  /**
   * Looks at what the target really holds, and tells the paths at which that is not what was confirmed: they are sent again. Asked for
   * when a person says `clsync verify`. A session without it gets everything once more, in batches whose reason is `resync`.
   */
  verify?(signal: AbortSignal): Iterable<string> | AsyncIterable<string>
  /** Called once, after the last `sync` has settled, also after a failure. */
  close?(): Promise<void>
}

/** What the engine may rely on. What a handler does not claim, the engine does for it: slower, never wrong. */
export interface Capabilities {
  /** One change may stand for a whole new or deleted directory. Default false. */
  readonly recursive: boolean
  /** Understands `move`; without it a delete and a create come instead. Default false. */
  readonly moves: boolean
  /** Understands `delete`; without it nothing is ever deleted at the target. Default true. */
  readonly deletes: boolean
  /** Works for names that are not UTF-8; without it they are shown as problems. Default false. */
  readonly byteNames: boolean
  /**
   * Kinds it can sync; others are shown as problems. Directories come in any case, as what is in them does; a handler that has no
   * use for them passes them over. Default file, directory and symlink.
   */
  readonly kinds: readonly Kind[]
  /** Batches in flight at once. Default 1. */
  readonly parallel: number
  /** Changes in one batch at most. Default 1000. */
  readonly maxChanges: number
}

export interface HandlerContext {
  /** Absolute path of the source. */
  readonly root: string
  /** A private directory of this target that survives restarts; made on first use. */
  readonly stateDir: string
  /** What the user calls the task; without a `label` of his its name. Absent only where no engine runs the handler. */
  readonly label?: string
  /** Say what would be done, touch nothing. */
  readonly dryRun: boolean
  /** Whether this target has been synced to before, so that it is taken to hold what was confirmed then. */
  readonly isKnown: boolean
  /** The user said `--accept`: a target that is not the one that was synced to before is to be taken as it is. */
  readonly accept: boolean
  /**
   * Whether a directory (the source itself, as an empty path, too) is only a way to what is wanted below it: the user's rules let it be
   * walked, but not synced. It comes in batches all the same; a handler that needs no directories passes it over. Absent: none is.
   */
  isPassage?(path: string): boolean
  readonly log: Log
  /** Reports bytes moved for the progress display. */
  progress(bytes: number): void
  /** Runs a command without a shell; it and its children are killed when `signal` aborts. */
  exec(command: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>
}

export interface Log {
  debug(message: string, data?: object): void
  info(message: string, data?: object): void
  warn(message: string, data?: object): void
}

export interface ExecOptions {
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ExecResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A handler as packages export it: data plus `setup`. */
export interface Handler<Options extends z.ZodType = z.ZodType> {
  readonly api: number
  readonly name: string
  readonly options: Options
  readonly capabilities: Capabilities
  /** What of `capabilities` is otherwise with these options. Default: nothing. */
  capabilitiesFor?(options: z.output<Options>): Partial<Capabilities>
  /**
   * Which target these options name. When it changes, what is known of the old target is dropped and the new one is met for
   * the first time. Default: all options.
   */
  identity?(options: z.output<Options>): string
  setup(options: z.output<Options>, context: HandlerContext): Session | Promise<Session>
}

export type HandlerSpec<Options extends z.ZodType> = Omit<Handler<Options>, 'api' | 'capabilities'> & {
  readonly capabilities?: Partial<Capabilities>
}

/** Completes a handler with the contract's version and the cautious capabilities it does not name. */
export function defineHandler<Options extends z.ZodType>(spec: HandlerSpec<Options>): Handler<Options> {
  return Object.freeze({ ...spec, api: HANDLER_API, capabilities: Object.freeze({ ...CAUTIOUS, ...spec.capabilities }) })
}

/** What a handler claims with these options. */
export function capabilitiesWith<Options extends z.ZodType>(handler: Handler<Options>, options: z.output<Options>): Capabilities {
  return { ...handler.capabilities, ...handler.capabilitiesFor?.(options) }
}

const CAUTIOUS: Capabilities = {
  recursive: false,
  moves: false,
  deletes: true,
  byteNames: false,
  kinds: ['file', 'directory', 'symlink'],
  parallel: 1,
  maxChanges: 1000,
}
