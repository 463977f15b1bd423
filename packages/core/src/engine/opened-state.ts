import path from 'node:path'
import { copyDatabase, FILE, isDamage, isOfDatabase, openDatabase, setAside, unusable } from '../store/database.ts'
import { closeDatabase } from '../store/ending.ts'
import { createStore, type Store } from '../store/store.ts'
import type { Log } from '../handler.ts'
import { reasonOf } from '../model/reason.ts'
import type { Task } from '../model/task.ts'

export interface OpenedState {
  readonly store: Store
  /** Where a damaged database was put. */
  readonly damaged: string | undefined
}

/**
 * Opens the task's state; what is damaged is set aside, and everything known is found out again. `isDamaged`: it turned out to be
 * while it was used.
 */
export function openState(task: Task, isDamaged = false): OpenedState {
  if (task.dryRun) return { store: createStore(copyDatabase(task.stateDir)), damaged: undefined }
  const before = isDamaged ? setAside(path.join(task.stateDir, FILE)) : undefined
  const { db, damaged = before } = openDatabase(task.stateDir)
  try {
    return { store: createStore(db), damaged }
  } catch (error) {
    closeDatabase(db)
    if (!isDamage(error) || damaged !== undefined) throw error
    const aside = setAside(path.join(task.stateDir, FILE))
    return { store: createStore(openDatabase(task.stateDir).db), damaged: aside }
  }
}

/** What to say of a start that has failed after the state was opened; closes that. */
export function failedStart(store: Store, { task, log }: { readonly task: Task; readonly log: Log }, error: unknown): unknown {
  if (isDamage(error)) {
    store.abandon()
    return error
  }
  closeState(store, log)
  return isOfDatabase(error) ? unusable(task.stateDir, error) : error
}

/** Closes it, in order when that can be written down: if not, the next start looks it through. */
export function closeState(store: Store, log: Log): void {
  try {
    store.close()
  } catch (error) {
    if (isDamage(error)) store.abandon()
    else log.warn(`The state could not be closed in order: ${reasonOf(error)}. The next start looks it through.`)
  }
}
