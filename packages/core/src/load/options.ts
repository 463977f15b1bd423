import type { Handler } from '../handler.ts'
import { ClsyncError } from '../model/error.ts'
import { describeIssues, type Issue } from './issue.ts'
import { applyOptionPairs, type OptionPair } from './option-pair.ts'

export interface OptionsQuestion {
  readonly handler: Handler
  /** As they stand in the config. */
  readonly options: unknown
  /** From the command line, over `options`. Their text is read in the way that the handler accepts. */
  readonly pairs: readonly OptionPair[]
  /** For messages. */
  readonly target: string
  /** For messages: the config file or `the command line`. */
  readonly origin: string
}

/** The options as the handler's schema makes them. Throws `HANDLER_OPTIONS_INVALID` naming every wrong one. */
export async function parseHandlerOptions(question: OptionsQuestion): Promise<unknown> {
  const { handler, options, pairs } = question
  const meant = new Map<OptionPair, unknown>(pairs.map((pair) => [pair, pair.meanings[0]]))
  const input = (): unknown => applyOptionPairs(options ?? {}, pairs, (pair) => meant.get(pair))
  const given = input()
  let parsed = await handler.options.safeParseAsync(given)
  for (let reading = 1; reading < MAX_READINGS && !parsed.success; reading++) {
    const wrong = pairs.filter(
      (pair) => parsed.error?.issues.some((issue) => concerns(issue, pair)) && reading < pair.meanings.length,
    )
    if (wrong.length === 0) break
    for (const pair of wrong) meant.set(pair, pair.meanings[reading])
    parsed = await handler.options.safeParseAsync(input())
  }
  if (parsed.success) return parsed.data
  const first = await handler.options.safeParseAsync(given)
  throw invalidOptions(question, describeIssues(first.error ?? parsed.error, handler.options, given))
}

const MAX_READINGS = 5

/** Whether an issue is about the pair's value or something within it. */
function concerns(issue: { readonly path: readonly PropertyKey[] }, pair: OptionPair): boolean {
  return pair.path.every((part, at) => issue.path[at] === part)
}

function invalidOptions({ handler, target, origin }: OptionsQuestion, issues: readonly Issue[]): ClsyncError {
  const count = issues.length === 1 ? 'An option is' : `${issues.length} options are`
  return new ClsyncError('HANDLER_OPTIONS_INVALID', {
    message: `${count} wrong for handler "${handler.name}" of target "${target}".`,
    why: [`Given in ${origin}:`, ...issues.map((issue) => `  ${issue.text}`)].join('\n'),
    fix: `Correct ${issues.length === 1 ? 'it' : 'them'}; the options are described in the README of the handler.`,
  })
}
