import { expect, test } from 'vitest'
import { toBatch } from '../../src/batch/change.ts'
import type { Step } from '../../src/batch/step.ts'
import { TwoStates } from '../support/two-states.ts'

function steps(seen: Record<string, number>, acked: Record<string, number>, ...paths: string[]): readonly Step[] {
  return new TwoStates(seen, acked).assemble(paths).steps
}

test('the same changes have the same id, other versions and other targets another one', () => {
  const [one, other] = [steps({ f: 1 }, {}, 'f'), steps({ f: 1.5 }, {}, 'f')]
  const ids = [
    toBatch('backup', one, 'initial', 1).id,
    toBatch('backup', steps({ f: 1 }, {}, 'f'), 'change', 2).id,
    toBatch('backup', other, 'change', 1).id,
    toBatch('elsewhere', one, 'initial', 1).id,
  ]
  expect(ids[1]).toBe(ids[0])
  expect(new Set(ids).size).toBe(3)
})

test('bytes are told to differ unless the target has confirmed them', () => {
  const states = new TwoStates({ same: 1, other: 2.5, 'd/': 3 }, { old: 1, other: 2 })
  const { changes } = toBatch('backup', states.assemble(['same/', 'old/', 'other/', 'd']).steps, 'change', 1)
  expect(changes).toMatchObject([{ type: 'move', path: 'same', from: 'old', content: false, previousKind: 'file' }])
  const more = toBatch('backup', states.assemble(['other', 'd']).steps, 'change', 1)
  expect(more.changes).toMatchObject([
    { type: 'update', path: 'other', content: true, previousKind: 'file' },
    { type: 'create', path: 'd', content: false, previousKind: 'none' },
  ])
})
