import { inspect } from 'node:util'
import { z } from 'zod'
import { isSecretName, withoutSecrets } from '../observe/secret.ts'
import { nearestName } from './nearest.ts'

/** One wrong value, said so that a person can put it right. */
export interface Issue {
  readonly path: readonly PropertyKey[]
  /** `schedule.delya: there is no such option; did you mean "delay"?` */
  readonly text: string
}

type ZodIssue = z.core.$ZodIssue

/** All that `schema` found wrong with `input`, in the order of the options. */
export function describeIssues(error: z.ZodError, schema: z.ZodType, input: unknown): Issue[] {
  const shape = shapeOf(schema)
  return error.issues.flatMap((issue) => describeIssue(issue, [], shape, input))
}

/** `a.b[0]."odd name"`; empty for the whole. */
function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += `${text === '' ? '' : '.'}${/^[\w$-]+$/u.test(String(part)) ? String(part) : JSON.stringify(String(part))}`
  }
  return text
}

/** Only names of options are read from it, so parts that JSON Schema cannot say do no harm. */
function shapeOf(schema: z.ZodType): Shape {
  try {
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape // every JSON Schema has this form
  } catch {
    return {} // another version's schema: no suggestions then
  }
}

/** The parts of JSON Schema that are looked at. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
}

function describeIssue(issue: ZodIssue, above: readonly PropertyKey[], shape: Shape, input: unknown): Issue[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, path)
    return issue.keys.map((key) =>
      entry([...path, key], `there is no such option${suggestion(key, known) || elsewhere(key, shape) || listed(known)}`),
    )
  }
  if (issue.code === 'invalid_union') return describeUnion(issue, path, shape, input)
  if (issue.code === 'invalid_key') return [entry(path, issue.issues[0]?.message ?? issue.message)]
  const given = valueAt(input, path)
  if (given === undefined) return [entry(path, missing(issue))]
  const known = issue.code === 'invalid_value' ? issue.values.filter((value) => typeof value === 'string') : []
  const hint = typeof given === 'string' ? suggestion(given, known) : ''
  return [entry(path, `${expectation(issue)}, got ${shown(path, given)}${hint}`)]
}

/** The branch that the user most likely meant: one whose kind fits and whose inside is wrong; else all of them. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], shape: Shape, input: unknown): Issue[] {
  const inside = issue.errors.filter((branch) => branch.every((one) => one.path.length > 0 || one.code === 'unrecognized_keys'))
  const meant = inside.toSorted((one, other) => one.length - other.length)[0]
  if (meant && meant.length > 0) return meant.flatMap((one) => describeIssue(one, path, shape, input))
  const given = valueAt(input, path)
  const own = issue.message.startsWith('Invalid input') ? undefined : issue.message
  const accepted = own ?? `expected ${[...new Set(issue.errors.flatMap(acceptedBy))].join(' or ')}`
  return [entry(path, given === undefined ? `missing; ${accepted}` : `${accepted}, got ${shown(path, given)}`)]
}

function acceptedBy(branch: readonly ZodIssue[]): string[] {
  return branch.slice(0, 1).map((issue) => expectation(issue).replace(/^expected /u, ''))
}

function expectation(issue: ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') {
    const accepted = issue.values.map((value) => JSON.stringify(value))
    return `expected ${accepted.length > 1 ? 'one of ' : ''}${accepted.join(', ')}`
  }
  return issue.message.replace(/^Invalid input: /u, '')
}

function missing(issue: ZodIssue): string {
  return `missing; ${expectation(issue)}`
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function entry(path: readonly PropertyKey[], text: string): Issue {
  const name = pathText(path)
  return { path, text: name === '' ? text : `${name}: ${text}` }
}

function suggestion(given: string, known: readonly string[]): string {
  const near = nearestName(given, known)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

/** A name that exists, but further down: `delay` stands below `schedule`. */
function elsewhere(given: string, shape: Shape): string {
  const places = new Map<string, string>()
  collect(shape, '', 0)
  const near = nearestName(given, places.keys())
  return near === undefined ? '' : `; did you mean "${places.get(near)}"?`

  function collect(here: Shape, above: string, depth: number): void {
    for (const [name, inner] of Object.entries(here.properties ?? {})) {
      const place = above === '' ? name : `${above}.${name}`
      if (depth > 0 && !places.has(name)) places.set(name, place)
      if (depth < 2) for (const one of alternatives(inner, shape)) collect(one, place, depth + 1)
    }
  }
}

function listed(known: readonly string[]): string {
  return known.length > 0 && known.length <= MAX_LISTED ? `; there are ${known.join(', ')}` : ''
}

const MAX_LISTED = 25

function shown(path: readonly PropertyKey[], given: unknown): string {
  if (path.some((part) => isSecretName(String(part)))) return 'a value that is not shown here'
  if (typeof given === 'string') return JSON.stringify(withoutSecrets(given.length > 120 ? `${given.slice(0, 120)}…` : given))
  // Of an error that would be its stack.
  return inspect(given, { depth: 1, breakLength: Infinity, maxArrayLength: 5, maxStringLength: 60 }).split('\n    at ', 1)[0]!
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

/** Names of the options that exist at `path`, over all branches of unions. */
function keysAt(root: Shape, path: readonly PropertyKey[]): string[] {
  let here = alternatives(root, root)
  for (const part of path) here = here.flatMap((shape) => step(shape, part)).flatMap((shape) => alternatives(shape, root))
  return [...new Set(here.flatMap((shape) => Object.keys(shape.properties ?? {})))]
}

function step(shape: Shape, part: PropertyKey): Shape[] {
  if (typeof part === 'number') return shape.items ? [shape.items] : []
  const named = shape.properties?.[String(part)]
  if (named) return [named]
  return typeof shape.additionalProperties === 'object' ? [shape.additionalProperties] : []
}

function alternatives(shape: Shape, root: Shape): Shape[] {
  if (shape.$ref !== undefined) {
    const target = shape.$ref === '#' ? root : root.$defs?.[shape.$ref.slice('#/$defs/'.length)]
    return target ? alternatives(target, root) : []
  }
  const branches = shape.anyOf ?? shape.oneOf
  return branches ? branches.flatMap((branch) => alternatives(branch, root)) : [shape]
}
