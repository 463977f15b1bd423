import { type Capabilities, capabilitiesWith, defineHandler, type Handler, z } from '../handler.ts'
import { ClsyncError } from '../model/error.ts'

/** A handler that was made without `defineHandler` may leave capabilities out: it claims none of those. */
export function completeCapabilities(handler: Handler): Handler {
  const names = Object.keys(CAUTIOUS) as (keyof Capabilities)[] // they have these keys only
  if (names.every((name) => handler.capabilities[name] !== undefined)) return handler
  const capabilities = { ...CAUTIOUS }
  for (const name of names)
    if (handler.capabilities[name] !== undefined) Object.assign(capabilities, { [name]: handler.capabilities[name] })
  // Not a copy, which would lose the methods of a class.
  return Object.create(handler, { capabilities: { value: Object.freeze(capabilities), enumerable: true } }) as Handler
}

/** The handler with what it claims for its options. Throws `HANDLER_INVALID` when that is of no use to the engine. */
export function handlerWith(handler: Handler, options: unknown): Handler {
  if (handler.capabilitiesFor === undefined) return handler
  const capabilities = capabilitiesWith(handler, options)
  const wrong = wrongCapability(capabilities)
  if (wrong !== undefined) {
    throw new ClsyncError('HANDLER_INVALID', {
      message: `"${handler.name}" is not a clsync handler: with these options, ${wrong}.`,
      fix: 'Its `capabilitiesFor` has to return capabilities.',
    })
  }
  return Object.create(handler, { capabilities: { value: Object.freeze(capabilities), enumerable: true } }) as Handler
}

/** What is wrong with claims that are of no use to the engine; `undefined` when nothing is. */
export function wrongCapability(claims: unknown): string | undefined {
  if (typeof claims !== 'object' || claims === null) return 'it has no "capabilities"'
  for (const [name, value] of Object.entries(claims)) {
    const accepted = ACCEPTED[name as keyof Capabilities] as Accepted | undefined
    if (value !== undefined && accepted !== undefined && !accepted.isGood(value)) {
      return `its capability "${name}" is not ${accepted.what}`
    }
  }
  return undefined
}

interface Accepted {
  readonly what: string
  isGood(value: unknown): boolean
}

const FLAG: Accepted = { what: 'true or false', isGood: (value) => typeof value === 'boolean' }
const COUNT: Accepted = { what: 'a whole number above 0', isGood: (value) => Number.isInteger(value) && Number(value) > 0 }
const KINDS: ReadonlySet<unknown> = new Set(['file', 'directory', 'symlink', 'other'])

const ACCEPTED: Readonly<Record<keyof Capabilities, Accepted>> = {
  recursive: FLAG,
  moves: FLAG,
  deletes: FLAG,
  byteNames: FLAG,
  kinds: {
    what: 'a list of file, directory, symlink and other',
    isGood: (value) => Array.isArray(value) && value.every((kind) => KINDS.has(kind)),
  },
  parallel: COUNT,
  maxChanges: COUNT,
}

/** Of a handler that claims nothing. */
const CAUTIOUS = defineHandler({ name: 'none', options: z.unknown(), setup: () => ({ sync: async () => {} }) }).capabilities
