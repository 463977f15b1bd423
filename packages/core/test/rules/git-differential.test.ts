import fs from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { fromText, parentOf, type RawPath, ROOT_PATH, toFsPath, toText } from '../../src/model/path.ts'
import { type CompiledRules, compileRules } from '../../src/rules/compile.ts'
import { ignoreFileReader } from '../../src/rules/reader.ts'
import type { RuleInput } from '../../src/rules/rule.ts'
import { fuzz } from '../support/fuzz.ts'
import { writeDerivedIgnores } from './derived-pattern.ts'
import { Git } from './git.ts'
import { denseLine, makeRandomTree, NAMES, pick, type Random, randomOf, randomPattern, type TreeEntry } from './random-tree.ts'

const { runs: TREES, seed: SEED } = fuzz(150)

const git = new Git()
afterAll(() => git[Symbol.dispose]())

test(
  `names the same deciding line as git check-ignore on ${TREES} random trees from seed ${SEED}`,
  { timeout: 3_600_000 },
  () => {
    compareTrees(0, () => undefined)
  },
)

test(
  `does so where the patterns are made from the paths, on ${TREES} random trees from seed ${SEED}`,
  { timeout: 3_600_000 },
  () => {
    compareTrees(2_000_000, (tree, entries, random) => writeDerivedIgnores(tree, entries, random))
  },
)

function compareTrees(offset: number, decorate: (tree: string, entries: readonly TreeEntry[], random: Random) => void): void {
  let paths = 0
  let ignored = 0
  for (let seed = SEED; seed < SEED + TREES; seed++) {
    const tree = git.tree()
    const random = randomOf(seed + offset)
    const entries = makeRandomTree(tree, random)
    decorate(tree, entries, random)
    const all = [...entries, ...missingEntries(entries, random)]
    const rules = compileRules({ gitignore: true }, ignoreFileReader(tree))
    tellDirectories(rules, tree, entries)
    const said = git.checkIgnore(
      tree,
      all.map((entry) => entry.path),
    )
    const ours = all.map(({ path, kind }) => ({ path: toText(path), rule: decidingLine(rules, path, kind) }))
    const theirs = all.map(({ path }, at) => ({
      path: toText(path),
      rule: said[at]!.file === '' ? '' : `${said[at]!.file}:${said[at]!.line} ${said[at]!.pattern}`,
    }))
    expect(ours, `seed ${seed}`).toEqual(theirs)
    paths += all.length
    ignored += all.filter(({ path, kind }) => !rules.wants(path, kind)).length
    fs.rmSync(tree, { recursive: true })
  }
  console.log(`${TREES} trees, ${paths} paths compared, ${ignored} of them ignored, seed ${SEED}`)
  expect(ignored).toBeGreaterThan(paths / 10)
  expect(ignored).toBeLessThan((paths * 9) / 10)
}

test(
  `wants the files that git ls-files lists when rules of the config win over files, from seed ${SEED}`,
  { timeout: 3_600_000 },
  () => {
    let files = 0
    let contents = 0
    const trees = Math.ceil(TREES / 3)
    for (let seed = SEED; seed < SEED + trees; seed++) {
      const tree = git.tree()
      const random = randomOf(seed + 1_000_000)
      const entries = makeRandomTree(tree, random)
      const { patterns, spec } = randomConfig(random)
      const rules = compileRules({ rules: spec, gitignore: true }, ignoreFileReader(tree))
      tellDirectories(rules, tree, entries)
      const plain = entries.filter(({ kind }) => kind !== 'directory')
      const theirs = git.listWanted(tree, patterns)
      expect(
        plain.filter(({ path, kind }) => rules.wants(path, kind)).map(({ path }) => toText(path)),
        `seed ${seed} ${JSON.stringify(spec)}`,
      ).toEqual(plain.filter(({ path }) => theirs.has(path)).map(({ path }) => toText(path)))
      files += plain.length
      contents += entries.filter(({ path, kind }) => rules.decide(path, kind)?.contents).length
      fs.rmSync(tree, { recursive: true })
    }
    console.log(`${trees} trees, ${files} files compared, ${contents} entries left out by what their directory holds`)
    expect(contents).toBeGreaterThan(0)
  },
)

test(`reads short lines of many signs as git does, alone and in pairs, from seed ${SEED}`, { timeout: 3_600_000 }, () => {
  const folders = TREES * 4
  const tree = git.tree()
  const random = randomOf(SEED)
  const rules = compileRules({ gitignore: true }, ignoreFileReader(tree))
  const lines = Array.from({ length: folders }, () => Array.from({ length: 1 + random(2) }, () => denseLine(random)).join('\n'))
  const below = shortPaths()
  const paths = lines.flatMap((_, at) => below.map((each) => fromText(`d${at}/${each}`)))
  lines.forEach((text, at) => {
    fs.mkdirSync(`${tree}/d${at}`)
    fs.writeFileSync(`${tree}/d${at}/.gitignore`, text, 'latin1')
    rules.directory?.(fromText(`d${at}`), [fromText('.gitignore')])
  })
  const said = git.checkIgnore(tree, paths)
  let matched = 0
  for (let at = 0; at < paths.length; at++) {
    const ours = decidingLine(rules, paths[at]!, 'file')
    const theirs = said[at]!.file === '' ? '' : `${said[at]!.file}:${said[at]!.line} ${said[at]!.pattern}`
    if (ours !== '') matched++
    if (ours !== theirs)
      expect({ path: paths[at], rule: ours }, JSON.stringify(lines[Math.floor(at / below.length)])).toEqual({
        path: paths[at],
        rule: theirs,
      })
  }
  console.log(`${folders} files of one or two lines, ${paths.length} paths compared, ${matched} matched`)
  expect(matched).toBeGreaterThan(paths.length / 50)
})

/** Paths of one to four short names; none exists, so git takes their last part for a file and the rest for directories. */
function shortPaths(): string[] {
  const names = ['a', 'b', 'ab', 'ba', 'aa', '-', '!']
  const pairs = names.flatMap((first) => names.map((second) => `${first}/${second}`))
  const deep = [
    'a/b/a',
    'a/a/b',
    'b/a/ab',
    'ab/a/b/a',
    'a/b/a/b',
    'b/b/b/b',
    'aab',
    'abb/ba',
    '[a]',
    '[ab',
    '*',
    '**/a',
    '\\a',
    '\\',
    'a b',
    'a ',
    '^',
    'c',
    'ac/b',
    '?a',
  ]
  return [...names, ...pairs, ...deep]
}

test('takes each byte into the same POSIX classes and ranges as git', () => {
  const tree = git.tree()
  const names = Array.from({ length: 255 }, (_, at) => `q${String.fromCharCode(at + 1)}` as RawPath).filter(
    (name) => name !== 'q/',
  )
  const posix = [
    'alnum',
    'alpha',
    'blank',
    'cntrl',
    'digit',
    'graph',
    'lower',
    'print',
    'punct',
    'space',
    'upper',
    'xdigit',
    'word',
    '',
  ]
  const classes = [
    ...posix.flatMap((name) => [`[[:${name}:]]`, `[^[:${name}:]x-z]`]),
    '[!-~]',
    '[\x80-\xff]',
    '[]-a]',
    '[+--]',
    '[a-z-9]',
    '[a[:digit:]-z]',
    '[[:]',
    '[[-\\]]',
    '[\\a-\\f]',
  ]
  for (const each of classes) {
    fs.writeFileSync(`${tree}/.gitignore`, `q${each}\n`, 'latin1')
    const rules = compileRules({ gitignore: true }, ignoreFileReader(tree))
    rules.directory?.(ROOT_PATH, [fromText('.gitignore')])
    const said = git.checkIgnore(tree, names)
    const theirs = names.filter((_, at) => said[at]!.file !== '')
    expect(names.filter((name) => !rules.wants(name, 'file')).map(encodeURI), each).toEqual(theirs.map(encodeURI))
  }
})

/** As the engine does: top down, wanted directories only. */
function tellDirectories(rules: CompiledRules, tree: string, entries: readonly TreeEntry[]): void {
  const root = fromText(tree)
  for (const { path, kind } of [{ path: ROOT_PATH, kind: 'directory' } as const, ...entries]) {
    if (kind !== 'directory' || !rules.wants(path, kind)) continue
    rules.directory?.(path, fs.readdirSync(toFsPath(path === '' ? root : (`${root}/${path}` as RawPath)), 'latin1') as RawPath[])
  }
}

/** Paths that do not exist, for which git assumes files. */
function missingEntries(entries: readonly TreeEntry[], random: Random): TreeEntry[] {
  const directories = entries.filter(({ kind }) => kind === 'directory')
  if (directories.length === 0) return []
  const known = new Set(entries.map(({ path }) => path))
  return Array.from({ length: 20 }, () => {
    const parent = pick(random, directories).path
    return { path: `${parent}/${pick(random, NAMES)}/${pick(random, NAMES)}` as RawPath, kind: 'file' as const }
  }).filter(({ path }) => !known.has(path) && !known.has(parentOf(path)))
}

function decidingLine(rules: CompiledRules, path: RawPath, kind: TreeEntry['kind']): string {
  const rule = rules.decide(path, kind)?.rule
  return rule?.type === 'file' ? `${rule.path}:${rule.line} ${rule.pattern}` : ''
}

/** Random rules that a config accepts, and the same as patterns for git's command line. */
function randomConfig(random: Random): { patterns: string[]; spec: RuleInput[] } {
  const patterns: string[] = []
  const spec: RuleInput[] = []
  while (spec.length < 1 + random(4)) {
    const raw = (
      random(4) === 0 ? `${pick(random, ['**/', '/', ''])}${pick(random, NAMES)}/**` : randomPattern(random)
    ) as RawPath
    const include = raw.startsWith('!')
    const body = toText((include ? raw.slice(1) : raw) as RawPath)
    // Only what survives as an argument, and what check.ts has no objection to.
    if (body.includes('\0') || /[\udc80-\udcff]/.test(body)) continue
    const rule: RuleInput = include ? { include: body } : { exclude: body }
    try {
      compileRules({ rules: [rule, { include: '/never/there' }] })
    } catch {
      continue
    }
    spec.push(rule)
    patterns.push(include ? `!${body}` : body)
  }
  spec.push({ include: '/never/there' })
  return { patterns, spec }
}
