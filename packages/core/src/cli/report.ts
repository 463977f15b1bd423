import { styleText } from 'node:util'
import { isClsyncError, type ErrorCode } from '../model/error.ts'
import { withoutSecrets } from '../observe/secret.ts'
import { printable, wantsColor, type Stream } from '../observe/terminal.ts'

export interface ReportOptions {
  readonly stream: Stream
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly format: 'pretty' | 'json'
}

/**
 * Writes an error for a person (what, why, fix) or as one JSON object, and returns the exit code that it stands for. Only
 * an error that is a bug of clsync or of a handler comes with its stack.
 */
export function reportError(error: unknown, { stream, environment, format }: ReportOptions): number {
  const text = describe(error)
  if (format === 'json') {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), level: 'error', event: 'error', ...text })}\n`)
  } else {
    stream.write(prettyText(text, wantsColor(stream, environment)))
  }
  return isClsyncError(error) ? (EXIT_CODES[error.code] ?? 1) : 1
}

/** All codes that are not here end with 1. */
const EXIT_CODES: Partial<Record<ErrorCode, number>> = {
  CLI_USAGE: 2,
  CONFIG_INVALID: 2,
  CONFIG_NOT_FOUND: 2,
  CONFIG_UNREADABLE: 2,
  CONFIG_UNKNOWN_PROFILE: 2,
  CONFIG_PROFILE_CYCLE: 2,
  HANDLER_NOT_FOUND: 2,
  HANDLER_INVALID: 2,
  HANDLER_API_MISMATCH: 2,
  HANDLER_OPTIONS_INVALID: 2,
  IMPORT_INVALID: 2,
  PLUGIN_FAILED: 2,
  ROOT_MISSING: 2,
  ROOT_NOT_A_DIRECTORY: 2,
  RULE_INVALID: 2,
  STATE_DIR_UNUSABLE: 2,
  TARGET_OVERLAPS_SOURCE: 2,
  TARGETS_OVERLAP: 2,
  HANDLER_REFUSED: 3,
  ROOT_EMPTIED: 3,
  ROOT_REPLACED: 3,
  ROOT_GONE: 3,
  STATE_LOCKED: 4,
}

interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly why?: string
  readonly fix?: string
}

function describe(error: unknown): ErrorReport {
  if (isClsyncError(error)) {
    const { code, message, why, fix } = error
    return {
      code,
      message: withoutSecrets(message),
      ...(why !== undefined && { why: withoutSecrets(why) }),
      ...(fix !== undefined && { fix }),
    }
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'UNEXPECTED',
    message: withoutSecrets(message),
    why: withoutSecrets(stack ?? ''),
    fix: 'This is a bug in clsync, in a handler or in a plugin: please report it with the lines above.',
  }
}

function prettyText({ code, message, why, fix }: ErrorReport, isColored: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    isColored ? styleText(format, text, { validateStream: false }) : text
  const lines = (text: string): string[] => text.split('\n').map((line) => `  ${printable(line)}`)
  const head = `${style('red', '✖')} ${style('bold', printable(message))}  ${style('dim', code)}`
  return [head, ...(why === undefined ? [] : lines(why)), ...(fix === undefined ? [] : lines(`Fix: ${fix}`))].join('\n') + '\n'
}
