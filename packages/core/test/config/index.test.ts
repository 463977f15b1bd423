import { expect, test } from 'vitest'
import * as core from '../../src/index.ts'

test('the package exports what configs, handlers and embedders need', () => {
  expect(Object.keys(core)).toEqual(
    expect.arrayContaining([
      'defineConfig',
      'defineHandler',
      'definePlugin',
      'use',
      'z',
      'createEngine',
      'resolveTasks',
      'loadHandler',
      'ClsyncError',
      'isClsyncError',
      'createLogger',
      'refuse',
      'sourcePath',
    ]),
  )
})
