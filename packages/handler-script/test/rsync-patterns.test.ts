import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tempTree } from '@clsync/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { rsyncIncludes } from '../src/rsync-patterns.ts'

test('a name in a list for rsync stands for itself, whatever pattern it looks like', () => {
  const [source, target] = [tempTree(), tempTree()]
  for (const tree of [source, target]) onTestFinished(() => tree.dispose())
  const named = ['a*b', 'back\\slash', 'd[1]/x', 'deep/way/file', 'q?\\', 'plain']
  for (const path of [...named, 'axb', 'd1/x', 'qx\\', 'deep/other', 'deep/way/other']) source.write(path, '')
  source.write('list', rsyncIncludes(named.map((path) => ({ path }))).toString())
  execFileSync('rsync', ['-r', `--include-from=${source.root}/list`, '--exclude=*', `${source.root}/`, target.root])
  const found = fs.globSync('**', { cwd: target.root, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(found.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(target.root.length + 1)).toSorted()).toEqual(
    named.toSorted(),
  )
})
