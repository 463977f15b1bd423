import fs from 'node:fs'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { createStore } from '../../src/store/store.ts'
import { openState, type OpenedState } from '../../src/engine/opened-state.ts'
import type { Task } from '../../src/model/task.ts'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { liveEngine } from '../support/live-engine.ts'

/** Opens as the engine does, but keeps next to nothing in memory, so that what happens to the file shows at once. */
function opener(databases: DatabaseSync[]) {
  return (task: Task, isDamaged: boolean): OpenedState => {
    if (isDamaged) return openState(task, true)
    const { db, damaged } = openDatabase(task.stateDir)
    db.exec('pragma cache_size = 1')
    databases.push(db)
    return { store: createStore(db), damaged }
  }
}

/** Everything but the first page, which the lock is on. */
function overwrite(stateDir: string): void {
  const file = path.join(stateDir, 'state.db')
  const { size } = fs.statSync(file)
  const fd = fs.openSync(file, 'r+')
  fs.writeSync(fd, Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096)
  fs.closeSync(fd)
}

test('a state that is damaged while it is used is set aside, and the target becomes exact', async () => {
  const memory = createMemoryHandler()
  const other = createMemoryHandler()
  const databases: DatabaseSync[] = []
  const { engine, write, remove, folder, warnings } = liveEngine({
    handlers: { memory: memory.handler, other: other.handler },
    open: opener(databases),
  })
  for (let at = 0; at < 1500; at++) write(`d${at % 30}/file with a name of some length ${at}`)
  await engine.start()
  databases[0]!.exec('pragma wal_checkpoint(truncate)')
  overwrite(path.join(folder, 'state'))
  write('d3/new')
  remove('d4')
  write('d5/another')
  for (const { entries } of [memory, other]) {
    await expect.poll(() => [entries.has('d3/new'), entries.has('d5/another')], { timeout: 20_000 }).toEqual([true, true])
  }
  await engine.idle()
  expect(warnings.filter((line) => line.includes('turned out to be damaged'))).toHaveLength(1)
  expect(fs.readdirSync(path.join(folder, 'state')).some((name) => name.startsWith('state.db.damaged-'))).toBe(true)
  expect(engine.status()).toMatchObject({ state: 'running', halt: undefined })
  // Until here took less than a second on a fast machine: all of it would be recent at the next start.
  const written = Date.now()
  await expect.poll(() => Date.now() > written + 1200, { timeout: 5000 }).toBe(true)
  write('d6/later')
  remove('d7')
  await engine.idle()
  await expect.poll(() => [memory.entries.has('d6/later'), memory.entries.has('d7')]).toEqual([true, false])
  await engine.stop()
  const again = liveEngine({ handlers: { memory: memory.handler, other: other.handler }, folder })
  await again.engine.start()
  expect(again.warnings).toEqual([])
  expect(again.engine.status().targets[0]!.synced.changes).toBeLessThanOrEqual(3) // those of the last second
})

test('one that is damaged when clsync is asked to stop does not keep it from stopping', async () => {
  const memory = createMemoryHandler()
  const databases: DatabaseSync[] = []
  const { engine, write, folder } = liveEngine({ handlers: { memory: memory.handler }, open: opener(databases) })
  for (let at = 0; at < 1500; at++) write(`d${at % 30}/file with a name of some length ${at}`)
  await engine.start()
  databases[0]!.exec('pragma wal_checkpoint(truncate)')
  overwrite(path.join(folder, 'state'))
  write('d3/new')
  await engine.stop()
  const again = liveEngine({ handlers: { memory: memory.handler }, folder })
  await again.engine.start()
  await again.engine.idle()
  expect(memory.entries.has('d3/new')).toBe(true)
})
