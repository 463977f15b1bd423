import type { Session } from '../handler.ts'
import type { Clock } from '../model/clock.ts'
import { checkSession } from './answer.ts'
import { takeAsHeld } from './first-pass.ts'
import { meetTarget } from './first-contact.ts'
import { extraneousNotice } from './notices.ts'
import type { TargetOptions, TargetParts } from './target-parts.ts'
import { verifyTarget } from './verification.ts'

/** Sets the handler up. What was confirmed by a target that is another one now is forgotten. */
export async function openSession(
  { spec, context, store }: TargetOptions,
  { record }: TargetParts,
  progress: (bytes: number) => void,
): Promise<Session> {
  const made: unknown = await spec.handler.setup(spec.options, context({ isKnown: record.met, progress }))
  const session = checkSession(made, spec.handler.name)
  if (session.isNew === true && record.met) store.transaction(() => record.forget())
  return session
}

/**
 * First contact: takes into account what the target holds; returns how many of its entries the source lacks and are kept. A target
 * that was met before is verified.
 */
export async function makeContact(
  options: TargetOptions,
  parts: TargetParts,
  session: Session,
  signal: AbortSignal,
): Promise<number> {
  const { spec, store, source, task, log, clock } = options
  const { record, acked } = parts
  if (record.met) {
    await verifyTarget(options, parts, session, signal)
    return 0
  }
  if (task.initial === 'skip') {
    takeAsHeld({ store, record, acked }, spec.handler)
    return 0
  }
  const isDeleted = task.extraneous === 'delete'
  const count = await meetTarget({
    session,
    handler: spec.handler.name,
    signal,
    store,
    record,
    acked,
    seen: store.seen,
    directories: () => source().tree.directories,
    isDeleted,
    turn: () => new Promise((resolve) => void clock.after(0, resolve)),
  })
  if (count > 0) log.warn(extraneousNotice(count, isDeleted), { target: spec.name })
  return isDeleted ? 0 : count
}

/** A handler that does not come to an end must not keep clsync from ending. */
export async function closeSession(session: Session | undefined, clock: Clock): Promise<void> {
  if (session?.close === undefined) return
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = clock.after(CLOSE_MS, () => reject(new Error(`it takes longer than ${CLOSE_MS / 1000} s`)))
  try {
    await Promise.race([session.close(), late])
  } finally {
    timer.cancel()
  }
}

/** Time that a session has to close. */
const CLOSE_MS = 5000
