import { expect, test } from 'vitest'
import { fromText } from '../../src/model/path.ts'
import { GuardedRoot } from '../support/guarded-root.ts'

test('accepting takes a mount that has gone, until everything was scanned', () => {
  const guard = new GuardedRoot().guard(true)
  expect(() => guard.beforeVanish(fromText('mnt'))).not.toThrow()
  guard.scanned()
  expect(() => guard.beforeVanish(fromText('mnt'))).toThrow('/src/mnt')
})
