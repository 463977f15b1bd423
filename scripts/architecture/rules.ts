import { posix } from 'node:path'
import type { Source } from './source.ts'

/**
 * The rooms of core's `src` (folders, and files that are rooms of their own), lowest first. Imports go within a room, to a
 * lower rank, or to another room of the same rank; stages are closed to each other.
 */
const RANKS: readonly (readonly string[])[] = [
  ['model'],
  ['handler.ts', 'hooks.ts', 'observe'],
  ['monitor', 'tree', 'rules', 'schedule', 'batch', 'store'],
  ['config', 'load'],
  ['engine'],
  ['control', 'import'],
  ['index.ts'],
  ['cli'],
]

const STAGES = RANKS[2]!

/** A room apart: what handler authors run in their own tests must not drag the engine in. */
const TESTING_MAY_IMPORT = ['model', 'handler.ts', 'testing']

/** Upward imports that stand: from, to. */
const UPWARD: readonly (readonly [string, string])[] = [
  // A task holds its handlers.
  ['packages/core/src/model/task.ts', 'packages/core/src/handler.ts'],
]

/** Where core may ask the system for the time or a timer; everything else is given a `Clock`. */
const CLOCK_ROOMS = [
  'model/clock.ts',
  'cli',
  'testing',
  // Dates the name of a damaged database.
  'store/database.ts',
  // Runs real commands; a simulation has none.
  'engine/exec.ts',
]

/** Where core may touch files; everything else is given a `FileSystem` or a store. */
const FILE_ROOMS = [
  'model/file-system.ts',
  'rules/reader.ts',
  'import',
  'store',
  'load',
  'config',
  'cli',
  'monitor',
  'testing',
  'observe',
  'control',
  // Makes the private directory of a handler.
  'engine/handler-context.ts',
]

const FORBIDDEN_NAMES = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'types', 'constants', 'shared', 'lib']

const MAX_LINES = 250

const CORE = 'packages/core/src/'

/** Each violation as one line that says where, what, and what is allowed instead. */
export type Rule = (sources: readonly Source[]) => string[]

export const ranks: Rule = (sources) =>
  edgesInCore(sources).flatMap(({ from, to }) => {
    const upper = roomOf(from)
    const lower = roomOf(to)
    if (upper === lower || upper === 'testing') return []
    if (lower === 'testing') return [`${from} imports ${to}: nothing but tests may import testing`]
    if (rankOf(upper) < 0) return [`${from}: the room "${upper}" has no rank; give it one in scripts/architecture/rules.ts`]
    if (rankOf(lower) < 0) return [`${to}: the room "${lower}" has no rank; give it one in scripts/architecture/rules.ts`]
    if (rankOf(upper) >= rankOf(lower) || isAllowedUpward(from, to)) return []
    return [`${from} imports ${to}: ${upper} stands below ${lower}`]
  })

export const stagesApart: Rule = (sources) =>
  edgesInCore(sources)
    .filter(({ from, to }) => STAGES.includes(roomOf(from)) && STAGES.includes(roomOf(to)) && roomOf(from) !== roomOf(to))
    .map(({ from, to }) => `${from} imports ${to}: stages meet in the engine only`)

export const testingApart: Rule = (sources) =>
  edgesInCore(sources)
    .filter(({ from, to }) => roomOf(from) === 'testing' && !TESTING_MAY_IMPORT.includes(roomOf(to)))
    .map(({ from, to }) => `${from} imports ${to}: testing may import ${TESTING_MAY_IMPORT.join(', ')} only`)

/** Imports of types count: a reader has to follow them just the same. */
export const noCycles: Rule = (sources) => {
  const imports = new Map(sources.map((source) => [source.path, source.imports]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) cycles.push(`cycle: ${[...way.slice(way.indexOf(path)), path].join(' -> ')}`)
    if (way.includes(path) || done.has(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return cycles
}

export const handlersUseTheContract: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith('packages/') && !path.startsWith('packages/core/'))
    .flatMap(({ path, imports }) => {
      const allowed = path.split('/')[2] === 'src' ? ['@clsync/core/handler'] : ['@clsync/core/handler', '@clsync/core/testing']
      const own = path.split('/').slice(0, 2).join('/')
      const foreign = imports.filter((to) => (to.startsWith('@clsync/core') && !allowed.includes(to)) || isOutside(to, own))
      return foreign.map((to) => `${path} imports ${to}: of other packages a handler may import ${allowed.join(', ')} only`)
    })

export const short: Rule = (sources) =>
  sources
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines: split it, ${MAX_LINES} is the most`)

export const namedByWhatTheyHold: Rule = (sources) =>
  sources.flatMap(({ path }) => {
    const parts = path.split('/').map((part) => part.replace(/(\.test|\.d)?\.ts$/, ''))
    const forbidden = parts.find((part) => FORBIDDEN_NAMES.includes(part))
    const wrong = parts.find((part) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part))
    if (forbidden !== undefined) return [`${path}: "${forbidden}" says nothing about what it holds`]
    return wrong === undefined ? [] : [`${path}: "${wrong}" is not in kebab-case`]
  })

export const indexAtRootsOnly: Rule = (sources) =>
  sources
    .filter(({ path }) => posix.basename(path) === 'index.ts' && !/^packages\/[^/]+\/src\/index\.ts$/.test(path))
    .map(({ path }) => `${path}: index.ts stands at the root of a package only; name it by what it holds`)

export const timeComesIn: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith(CORE) && !isIn(path, CLOCK_ROOMS))
    .flatMap(({ path, clocks, imports }) => {
      const used = [...clocks, ...imports.filter((to) => /^(node:)?(timers|perf_hooks)(\/|$)/.test(to))]
      return used.map((clock) => `${path} uses ${clock}: take a Clock (model/clock.ts), so that simulations hold`)
    })

export const filesComeIn: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith(CORE) && !isIn(path, FILE_ROOMS))
    .flatMap(({ path, imports }) =>
      imports.filter((to) => /^(node:)?fs(\/|$)/.test(to)).map((to) => `${path} imports ${to}: take a FileSystem`),
    )

function edgesInCore(sources: readonly Source[]): { from: string; to: string }[] {
  return sources
    .filter(({ path }) => path.startsWith(CORE))
    .flatMap(({ path, imports }) => imports.filter((to) => to.startsWith(CORE)).map((to) => ({ from: path, to })))
}

/** The first part below `src`. */
function roomOf(path: string): string {
  return path.slice(CORE.length).split('/')[0]!
}

function rankOf(room: string): number {
  return RANKS.findIndex((rooms) => rooms.includes(room))
}

function isAllowedUpward(from: string, to: string): boolean {
  return UPWARD.some(([allowedFrom, allowedTo]) => from === allowedFrom && to === allowedTo)
}

function isIn(path: string, rooms: readonly string[]): boolean {
  const inside = path.slice(CORE.length)
  return rooms.some((room) => inside === room || inside.startsWith(`${room}/`))
}

/** Of a relative import that was resolved: whether it leaves the package. */
function isOutside(to: string, own: string): boolean {
  return to.startsWith('packages/') && !to.startsWith(`${own}/`)
}
