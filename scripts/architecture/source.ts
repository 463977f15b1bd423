import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseAst } from 'vitest/node'

/** One file, as far as the rules look at it. */
export interface Source {
  /** Relative to the workspace, `/`-separated. */
  readonly path: string
  readonly lines: number
  /** What is named by `import`, `export … from`, `import()` and `import('…').Type`: a path like `path` when relative, else a package. */
  readonly imports: readonly string[]
  /** Uses of the clock of the system: `Date.now`, `new Date()`, `setTimeout`, … */
  readonly clocks: readonly string[]
  /** `name` for `export default`. */
  readonly exportsDefault: boolean
}

/** Every TypeScript file below a folder, but what is installed or built there. */
export function readSources(root: string, folder: string): Source[] {
  return pathsBelow(root, folder)
    .toSorted()
    .map((path) => parseSource(path, readFileSync(`${root}/${path}`, 'utf8')))
}

/** Links are not followed: what is installed leads back into the workspace. */
function pathsBelow(root: string, folder: string): string[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : pathsBelow(root, path)
    return entry.isFile() && entry.name.endsWith('.ts') ? [path] : []
  })
}

/** Throws when the text is no TypeScript. */
export function parseSource(path: string, text: string): Source {
  const imports = new Set<string>()
  const clocks = new Set<string>()
  let exportsDefault = false
  for (const node of nodesOf(parseAst(text, { lang: 'ts' }))) {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.add(specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier)
    const clock = clockOf(node)
    if (clock !== undefined) clocks.add(clock)
    if (node.type === 'ExportDefaultDeclaration') exportsDefault = true
  }
  return { path, lines: text.split('\n').length - 1, imports: [...imports], clocks: [...clocks], exportsDefault }
}

interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

/** All nodes of a syntax tree, parents first. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  if (!isNode(value)) return
  yield value
  for (const field of Object.values(value)) if (typeof field === 'object') yield* nodesOf(field)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

const IMPORTING = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType']

/** A specifier that is computed cannot be judged and counts as none. */
function specifierOf(node: Node): string | undefined {
  if (!IMPORTING.includes(node.type) || !isNode(node.source)) return undefined
  return typeof node.source.value === 'string' ? node.source.value : undefined
}

const TIMERS = ['setTimeout', 'setInterval']

function clockOf(node: Node): string | undefined {
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && Array.isArray(node.arguments)) {
    return node.arguments.length === 0 ? 'new Date()' : undefined
  }
  if (node.type === 'CallExpression') return TIMERS.find((timer) => timer === nameOf(node.callee))
  if (node.type !== 'MemberExpression') return undefined
  const member = `${nameOf(node.object)}.${nameOf(node.property)}`
  if (['Date.now', 'performance.now'].includes(member)) return member
  return TIMERS.find((timer) => member === `globalThis.${timer}`)
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && typeof node.name === 'string' ? node.name : undefined
}
