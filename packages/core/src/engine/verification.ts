import type { Batch, Session } from '../handler.ts'
import { fromText, isEntryText, type RawPath } from '../model/path.ts'
import type { Task } from '../model/task.ts'
import type { State } from '../observe/status.ts'
import { garbled, iterableOf } from './answer.ts'
import { doubtAll } from './first-pass.ts'
import { verifiedNotice } from './notices.ts'
import type { TargetOptions, TargetParts } from './target-parts.ts'

/** Puts into doubt what the target has confirmed and does not hold; all of it where its handler cannot tell. */
export async function verifyTarget(
  { spec, store, log }: TargetOptions,
  { record, acked }: TargetParts,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  if (session.verify === undefined) return doubtAll({ store, record, acked })
  const doubtful: RawPath[] = []
  for await (const path of iterableOf(session.verify(signal), spec.handler.name, 'verify')) {
    if (!isEntryText(path)) throw garbled(spec.handler.name, 'verify', 'told of what is no path below the target')
    // What was never confirmed is sent, or kept, in any case.
    if (acked.get(fromText(path)) !== undefined) doubtful.push(fromText(path))
  }
  log.info(verifiedNotice(doubtful), { target: spec.name })
  if (doubtful.length === 0) return
  store.transaction(() => {
    for (const path of doubtful) acked.doubt(path)
    record.dirty = true
  })
}

/** Why a batch goes out: what is sent only because the handler cannot tell what it still holds is a resync. */
export function reasonFor({ initial }: Pick<Task, 'initial'>, state: State, session: Session | undefined): Batch['reason'] {
  if (state !== 'initial') return 'change'
  return initial === 'verify' && session?.verify === undefined ? 'resync' : 'initial'
}
