import { refuse } from '@clsync/core/handler'
import type { End } from './process.ts'

/** Why a run has failed: how it ended, and the last that it said. */
export function describeEnd(program: string, { exitCode, signal, timedOut }: End, lastWords: string): string {
  const how = timedOut
    ? 'took too long and was ended'
    : exitCode === undefined
      ? `was ended by ${signal}`
      : `ended with ${exitCode}`
  return `${program} ${how}${lastWords === '' ? '' : `: ${lastWords}`}`
}

/** A command that cannot be started fails in the same way each time: nothing goes on before a person has acted. */
export function refuseStart(program: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const [what, fix] = MEANINGS[code ?? ''] ?? [`cannot be started: ${message}`, 'Try it by hand as the same user, then resume.']
  return refuse({ message: `The command "${program}" ${what}.`, fix, cause: error })
}

/** Whether the error of a start is about the command, and not about the moment. */
export function isLasting(error: unknown): boolean {
  return Object.hasOwn(MEANINGS, (error as NodeJS.ErrnoException | undefined)?.code ?? '')
}

const MEANINGS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ['was not found, or its interpreter was not', 'Correct the path, or install it; then resume or restart.'],
  EACCES: ['may not be executed', 'Make it executable (chmod +x) for the user that runs it; then resume or restart.'],
  ENOEXEC: ['is no program', 'Begin a script with #! and its interpreter; then resume or restart.'],
  ENOTDIR: ['was not found', 'Correct the path; then resume or restart.'],
}
