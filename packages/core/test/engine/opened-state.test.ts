import { expect, test } from 'vitest'
import { failedStart, openState } from '../../src/engine/opened-state.ts'
import type { Task } from '../../src/model/task.ts'
import { tempTree } from '../../src/testing/temp-tree.ts'

const full = Object.assign(new Error('database or disk is full'), { errcode: 13 })

/** A start that fails with `error` on a state that cannot be closed in order either. */
function failing(error: unknown): { readonly said: unknown; readonly warnings: readonly string[] } {
  const tree = tempTree()
  const task = { stateDir: tree.root, dryRun: false } as Task
  const { store } = openState(task)
  const warnings: string[] = []
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) }
  const close = (): never => {
    store.close()
    throw full
  }
  try {
    return { said: failedStart({ ...store, close }, { task, log }, error), warnings }
  } finally {
    tree.dispose()
  }
}

test('a start for which the disk is full says so with what to do, also when the state cannot be closed', () => {
  const { said, warnings } = failing(full)
  expect(said).toMatchObject({ code: 'STATE_DIR_UNUSABLE' })
  expect(String(said)).toContain('disk is full')
  expect(warnings).toHaveLength(1)
})

test('a start that fails for another reason keeps it, also when the state cannot be closed', () => {
  const reason = new Error('no monitor')
  expect(failing(reason).said).toBe(reason)
})
