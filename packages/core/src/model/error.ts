/** Every code that a user can meet. Documented in docs/errors.md; a code is never used again for something else. */
export type ErrorCode =
  | 'CLI_USAGE'
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_UNKNOWN_PROFILE'
  | 'CONFIG_PROFILE_CYCLE'
  | 'HANDLER_NOT_FOUND'
  | 'HANDLER_INVALID'
  | 'HANDLER_API_MISMATCH'
  | 'HANDLER_OPTIONS_INVALID'
  | 'HANDLER_REFUSED'
  | 'IMPORT_INVALID'
  | 'MONITOR_UNAVAILABLE'
  | 'PLUGIN_FAILED'
  | 'ROOT_MISSING'
  | 'ROOT_NOT_A_DIRECTORY'
  | 'ROOT_EMPTIED'
  | 'ROOT_REPLACED'
  | 'ROOT_GONE'
  | 'RULE_INVALID'
  | 'STATE_DIR_UNUSABLE'
  | 'STATE_LOCKED'
  | 'STATE_TOO_NEW'
  | 'SYNC_TIMEOUT'
  | 'TARGET_OVERLAPS_SOURCE'
  | 'TARGETS_OVERLAP'

export interface ErrorText {
  /** What happened, to which value. One sentence. */
  readonly message: string
  /** Circumstances: where the value comes from, what was looked at. */
  readonly why?: string
  /** What to do. */
  readonly fix?: string
  readonly cause?: unknown
}

/** The only error that core throws at users. Recognise it by `code`. */
export class ClsyncError extends Error {
  readonly code: ErrorCode
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(code: ErrorCode, { message, why, fix, cause }: ErrorText) {
    super(message, { cause })
    this.name = 'ClsyncError'
    this.code = code
    this.why = why
    this.fix = fix
  }
}

/** By shape, so that it works across copies of this package. */
export function isClsyncError(error: unknown): error is ClsyncError {
  return error instanceof Error && error.name === 'ClsyncError' && typeof (error as { code?: unknown }).code === 'string'
}
