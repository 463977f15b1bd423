import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromText, type RawPath, ROOT_PATH } from '../../src/model/path.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { explain } from '../../src/rules/explain.ts'
import { createIgnoreFiles } from '../../src/rules/ignore-files.ts'
import { ignoreFileReader } from '../../src/rules/reader.ts'

const raw = fromText
const names = (...list: string[]) => list.map(fromText)

describe('rules in the tree', () => {
  test('a nearer file wins, the config wins over all, .clsyncignore over .gitignore', () => {
    const files: Record<string, string> = {
      '.gitignore': '*.a\n*.b\n*.c\n*.d\n',
      'd/.gitignore': '!*.b\n',
      'd/.clsyncignore': '*.e\n!*.c\n!*.f\n',
    }
    const rules = compileRules(
      { rules: [{ include: 'x.a' }, { exclude: 'x.f' }], gitignore: true, clsyncignore: true },
      (path) => files[path],
    )
    rules.directory?.(ROOT_PATH, names('.gitignore', 'd'))
    rules.directory?.(raw('d'), names('.clsyncignore', '.gitignore'))
    const wanted = (...paths: string[]) => paths.filter((each) => rules.wants(raw(each), 'file'))
    expect(wanted('x.a', 'y.a', 'y.b', 'y.e')).toEqual(['x.a', 'y.e'])
    expect(wanted('d/x.a', 'd/y.a', 'd/y.b', 'd/y.c', 'd/y.d', 'd/y.e', 'd/x.f')).toEqual(['d/x.a', 'd/y.b', 'd/y.c'])
    expect(explain(rules, raw('d/y.e'), 'file').text).toBe('d/y.e is left out: d/.clsyncignore:1 "*.e" excludes it.')
    expect(explain(rules, raw('d/y.b'), 'file').text).toBe('d/y.b is synced: d/.gitignore:1 "!*.b" includes it.')
  })

  test('files that are not asked for are not read', () => {
    const read: string[] = []
    const rules = compileRules({ gitignore: true }, (path) => {
      read.push(path)
      return 'x'
    })
    rules.directory?.(ROOT_PATH, names('.clsyncignore', '.gitignore', 'a'))
    expect(read).toEqual(['.gitignore'])
  })

  test('directory() says whether anything has changed, and the verdicts follow', () => {
    let text: string | undefined = 'x\n'
    const rules = compileRules({ gitignore: true }, () => text)
    const look = (...list: string[]) => rules.directory?.(ROOT_PATH, names(...list))
    const x = () => rules.wants(raw('a/x'), 'file')
    expect(look('a')).toBe(false)
    expect(x()).toBe(true)
    expect(look('a', '.gitignore')).toBe(true)
    expect(x()).toBe(false)
    expect(look('a', '.gitignore')).toBe(false)
    text = '# a comment more\nx\n'
    expect(look('a', '.gitignore')).toBe(false)
    expect(rules.decide(raw('x'), 'file')?.rule).toMatchObject({ line: 2 })
    text = 'y\n'
    expect(look('a', '.gitignore')).toBe(true)
    expect(x()).toBe(true)
    text = 'x\n'
    expect(look('a', '.gitignore')).toBe(true)
    expect(look('a')).toBe(true)
    expect(x()).toBe(true)
    text = undefined
    expect(look('a', '.gitignore')).toBe(false)
  })

  test('what is left of an excluded directory counts for nothing', () => {
    const files: Record<string, string> = { '.gitignore': '*.o', 'a/.gitignore': '!x' }
    const rules = compileRules({ gitignore: true }, (each) => files[each])
    rules.directory?.(ROOT_PATH, names('.gitignore', 'a'))
    rules.directory?.(raw('a'), names('.gitignore', 'x'))
    expect(rules.wants(raw('a/x'), 'file')).toBe(true)
    files['.gitignore'] = 'a/'
    expect(rules.directory?.(ROOT_PATH, names('.gitignore', 'a'))).toBe(true)
    expect(rules.wants(raw('a/x'), 'file')).toBe(false)
    expect(rules.wants(raw('a/b/c'), 'file')).toBe(false)
  })

  test('a file that cannot be read now keeps its last word', () => {
    let fail = false
    const rules = compileRules({ gitignore: true }, () => {
      if (fail) throw new Error('busy')
      return 'x'
    })
    rules.directory?.(ROOT_PATH, names('.gitignore'))
    fail = true
    expect(rules.directory?.(ROOT_PATH, names('.gitignore'))).toBe(false)
    expect(rules.wants(raw('x'), 'file')).toBe(false)
  })

  test('a directory that vanished is forgotten with all below it', () => {
    const files: Record<string, string> = { 'a/.gitignore': 'x', 'a/b/c/.gitignore': 'y' }
    const rules = compileRules({ gitignore: true }, (each) => files[each])
    const x = () => rules.wants(raw('a/x'), 'file')
    const y = () => rules.wants(raw('a/b/c/y'), 'file')
    rules.directory?.(raw('a'), names('.gitignore', 'b'))
    rules.directory?.(raw('a/b/c'), names('.gitignore'))
    expect([x(), y()]).toEqual([false, false])
    rules.directory?.(raw('a'), names('.gitignore'))
    expect([x(), y()]).toEqual([false, true])
    rules.directory?.(ROOT_PATH, names('other'))
    expect([x(), y()]).toEqual([true, true])
  })

  test('holds each text once, and none of what is gone', () => {
    const files = createIgnoreFiles(names('.gitignore'), (each) => (each.includes('odd') ? 'odd' : 'same'))
    const all = Array.from({ length: 100 }, (_, at) => `d${at}`)
    for (const each of [...all, 'odd/down']) files.update(raw(`deep/${each}`), names('.gitignore'))
    expect(files.held()).toEqual({ texts: 2, directories: 103 })
    files.update(raw('deep'), names(...all))
    expect(files.held()).toEqual({ texts: 1, directories: 101 })
    for (const each of all) files.update(raw(`deep/${each}`), [])
    expect(files.held()).toEqual({ texts: 0, directories: 0 })
    expect(files.of(raw('deep/d1'))).toBeUndefined()
  })
})

describe('the reader', () => {
  let folder = ''
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-ignore-'))
  })
  afterEach(() => fs.rmSync(folder, { recursive: true }))

  test('gives bytes, below names that are no text', () => {
    fs.mkdirSync(Buffer.from(`${folder}/\xff`, 'latin1'))
    fs.writeFileSync(Buffer.from(`${folder}/\xff/.gitignore`, 'latin1'), Buffer.from([0xfe, 0x0a]))
    expect(ignoreFileReader(folder)('\xff/.gitignore' as RawPath)).toBe('\xfe\n')
    expect(ignoreFileReader(folder)(raw('none/.gitignore'))).toBeUndefined()
  })

  test('follows no link, waits for no fifo, reads no monster, and says so once', () => {
    const warnings: string[] = []
    const read = ignoreFileReader(folder, (message) => warnings.push(message))
    fs.writeFileSync(`${folder}/big`, 'x'.repeat(2 ** 20 + 1))
    fs.symlinkSync('big', `${folder}/link`)
    fs.mkdirSync(`${folder}/directory`)
    execFileSync('mkfifo', [`${folder}/fifo`])
    for (const name of ['big', 'link', 'directory', 'fifo', 'big', 'link']) expect(read(raw(name)), name).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('big is not honoured'), expect.stringContaining('symbolic link')])
  })
})
