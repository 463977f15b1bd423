import { basename } from 'node:path'
import { type Change, refuse } from '@clsync/core/handler'
import { type Answers, collectAnswers } from './answers.ts'
import type { Command } from './command.ts'
import { verdictOf } from './exit-policy.ts'
import { describeEnd, isLasting, refuseStart } from './failure.ts'
import { expand, type Values } from './macros.ts'
import { ALL_DONE, allFailed, type Outcome } from './outcome.ts'
import { shellOf } from './plan.ts'
import { type End, run } from './process.ts'
import type { Round } from './round.ts'

/** One run of a command. */
export interface Execution {
  readonly round: Round
  readonly command: Command
  /** What it is about. */
  readonly changes: readonly Change[]
  readonly values: Values
  readonly env: Readonly<Record<string, string>>
  readonly input?: Uint8Array | undefined
  /** With a shell: its positional parameters. */
  readonly parameters?: readonly string[]
}

/**
 * Runs a command and says what became of its changes. Rejects when the signal aborts, with `E2BIG` when there are too many words, and
 * with a refusal when nothing will be any better before a person acts.
 */
export async function execute(execution: Execution): Promise<Outcome> {
  const { round, changes } = execution
  const { options, context, account } = round.job
  const [file = '', ...args] = wordsOf(execution)
  const program = basename(file)
  const answers = collectAnswers({ changes, progress: (bytes) => context.progress(bytes) })
  let lastWords = ''
  let end: End
  try {
    end = await run(
      {
        ...{ file, args, env: execution.env, input: execution.input, umask: umaskOf(options.umask), timeoutMs: options.timeout },
        ...{ ...account, cwd: options.cwd ?? context.root },
        onBegin: (pid) => round.job.runs.begun(pid),
        onLine(line, stream) {
          if (stream === 'stdout' && options.results !== 'none' && answers.read(line)) return
          if (stream === 'stderr' && line.trim() !== '') lastWords = line.trim()
          const level = options[stream]
          if (level !== 'none') context.log[level](line, { command: program })
        },
      },
      round.signal,
    )
  } catch (error) {
    throw isLasting(error) ? refuseStart(file, error) : error
  }
  const outcome = judge(execution, end, describeEnd(program, end, lastWords), answers)
  if (!outcome.broken) for (const { stat } of changes) context.progress(stat?.sizeBytes ?? 0)
  return outcome
}

function wordsOf({ round, command, values, parameters = [] }: Execution): string[] {
  if (command.text === undefined) return expand(command.words, values)
  return [shellOf(round.job.options) ?? '/bin/sh', '-c', command.text, 'clsync', ...parameters]
}

function judge({ round, changes }: Execution, end: End, description: string, answers: Answers): Outcome {
  const { options, plan } = round.job
  const verdict = verdictOf(end, options.exitCodes, plan.preset?.okCodes)
  if (verdict === 'halt') {
    throw refuse({
      message: `${description}.`,
      fix: 'The option exitCodes says that this needs a person. See to it, then resume or restart.',
    })
  }
  if (answers.strangers.length > 0) {
    const named = answers.strangers.slice(0, 3).map((path) => JSON.stringify(path))
    return allFailed(changes, new Error(`The script named paths that it was not given: ${named.join(', ')}.`))
  }
  const broken = verdict !== 'ok'
  const silent = broken
    ? `${description}.`
    : options.results === 'all'
      ? 'The script said nothing of it (option results: all).'
      : undefined
  const failed = changes.flatMap(({ path }) => {
    if (answers.stale.has(path)) return []
    const error = answers.failed.get(path) ?? (isSilent(path, options.results, answers) ? silent : undefined)
    return error === undefined ? [] : [{ path, error: new Error(error) }]
  })
  return failed.length === 0 && answers.stale.size === 0 ? ALL_DONE : { failed, stale: [...answers.stale], broken }
}

/** Whether the exit code decides about a path. */
function isSilent(path: string, results: 'none' | 'failures' | 'all', { done }: Answers): boolean {
  return results === 'all' ? !done.has(path) : true
}

/** A umask is written as octal text; a number from a config in TypeScript is one already. */
function umaskOf(umask: string | number | undefined): number | undefined {
  return typeof umask === 'string' ? Number.parseInt(umask, 8) : umask
}
