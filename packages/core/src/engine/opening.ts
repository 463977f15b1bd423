import type { Session } from '../handler.ts'
import { meetTarget } from './first-contact.ts'
import { extraneousNotice } from './notices.ts'
import type { TargetOptions, TargetParts } from './target-parts.ts'

/** Sets the handler up. What was confirmed by a target that is another one now is forgotten. */
export async function openSession(
  { spec, context, store }: TargetOptions,
  { record }: TargetParts,
  progress: (bytes: number) => void,
): Promise<Session> {
  const session = await spec.handler.setup(spec.options, context({ isKnown: record.met, progress }))
  if (session.isNew && record.met) store.transaction(() => record.forget())
  return session
}

/** First contact: takes into account what the target holds; returns how many of its entries the source lacks and are kept. */
export async function makeContact(
  { spec, store, source, task, log }: TargetOptions,
  { record, acked }: TargetParts,
  session: Session,
  signal: AbortSignal,
): Promise<number> {
  const isDeleted = task.extraneous === 'delete'
  const { directories } = source().tree
  const count = await meetTarget({ session, signal, store, record, acked, seen: store.seen, directories, isDeleted })
  if (count > 0) log.warn(extraneousNotice(count, isDeleted), { target: spec.name })
  return isDeleted ? 0 : count
}
