import { expect, test } from 'vitest'
import { beginOutbox, drain } from '../support/outbox-stage.ts'
import { raw } from '../support/two-states.ts'

test('nothing is sent into a directory that the source has renamed, when it belongs into the new one of that name', () => {
  const stage = beginOutbox({ 'd/': 2, 'd/new': 3, 'e/': 1 }, { 'd/': 1 })
  stage.touch('d/new', 'entry') // due before anybody has told of d and e
  expect(drain(stage)).toEqual([['~d', '+d/new']])
})

test('of a directory in doubt any will do: it may fail by itself, and must not keep off what is in it', () => {
  const stage = beginOutbox({ 'd/': 2, 'd/new': 3 }, { 'd/': 1 })
  stage.states.acked.doubt(raw('d'))
  stage.touch('d/new', 'entry')
  expect(drain(stage)).toEqual([['+d/new']])
})
