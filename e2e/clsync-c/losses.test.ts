import { afterEach, beforeEach, expect, test } from 'vitest'
import { IS_ROOT, Stage } from '../stage/stage.ts'
import { LOSSES } from './losses/losses.ts'
import { ours } from './losses/program.ts'
import recorded from './recorded.json' with { type: 'json' }

/** How the C clsync ends them is in recorded.json, which record.ts makes. */
const endings: Readonly<Record<string, string>> = recorded.endings

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

const losses = LOSSES.filter(({ needsRoot }) => IS_ROOT || needsRoot === undefined)

test.each(losses)('$title: $right', { timeout: 120_000 }, async ({ title, right, run }) => {
  expect(endings[title]).toBeTypeOf('string')
  expect(endings[title]).not.toBe(right)
  expect(await run(ours, stage)).toBe(right)
})
