import type { Round } from './round.ts'

/** Says what would be run for which paths, and runs nothing. */
export function sayWhatWouldRun({ batch, job }: Round): void {
  for (const change of batch.changes) {
    const planned = job.plan.commandFor(change, batch.reason)
    if (planned === undefined) continue
    const { words, text } = planned.command
    job.context.log.info(`would ${change.type} ${change.kind}`, { path: change.path, command: text ?? words.join(' ') })
  }
}
