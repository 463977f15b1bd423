/** About an option, by its long name: why it could not be carried over, or need not. */
export interface Remark {
  readonly name: string
  readonly why: string
}

/** What was said about the handler. */
export interface HandlerParts {
  readonly mode?: string
  readonly handler?: string
  readonly destination?: string
  /** `23,24`. */
  readonly exitCodes?: string
  /** --have-recursive-sync. */
  readonly initial?: string
  /** --synclist-simplify. */
  readonly simple?: string
  readonly listsDir?: string
  readonly keepLists?: string
  readonly label?: string
  /** After `--`. */
  readonly words: readonly string[]
}

interface MadeHandler {
  readonly handler: string | undefined
  readonly handlerOptions: Readonly<Record<string, unknown>>
  readonly destination: string | undefined
  readonly refused: readonly Remark[]
  readonly needless: readonly Remark[]
}

const SCRIPT = '@clsync/handler-script'
const RSYNC = '@clsync/handler-rsync'
/** Those that become presets of handler-script. */
const MODES = ['simple', 'direct', 'shell', 'rsyncshell']

/** The handler that does what a mode of the C clsync does. */
export function handlerOf(parts: HandlerParts): MadeHandler {
  const { mode, destination } = parts
  const none = { handler: undefined, handlerOptions: {}, destination, refused: [], needless: [] }
  if (mode === undefined) {
    if (parts.handler === undefined) return none
    const why = 'a handler needs its mode: simple, direct, shell, rsyncshell or rsyncdirect.'
    return { ...none, refused: [{ name: 'sync-handler', why }] }
  }
  if (mode === 'so' || mode === 'rsyncso') {
    const why = `a module in C (${mode}) becomes a package in TypeScript, see docs/from-clsync.md#handlers-in-c.`
    return { ...none, refused: [{ name: 'mode', why }] }
  }
  if (mode === 'rsyncdirect' && parts.words.length === 0) return rsync(parts)
  if (MODES.includes(mode) || mode === 'rsyncdirect') return script(parts, mode)
  const why = `"${mode}" is none of simple, direct, shell, rsyncshell, rsyncdirect, so and rsyncso.`
  return { ...none, refused: [{ name: 'mode', why }] }
}

function rsync({ handler, destination, exitCodes, ...parts }: HandlerParts): MadeHandler {
  const own = handler !== undefined && handler !== 'rsync' && !/\/s?bin\/rsync$/u.test(handler)
  const needless: Remark[] = []
  if (exitCodes !== undefined)
    needless.push({ name: 'ignore-exitcode', why: 'what rsync could not bring is tried again path by path.' })
  if (parts.listsDir !== undefined) needless.push({ name: 'lists-dir', why: 'rsync gets its lists on stdin.' })
  if (parts.keepLists !== undefined) needless.push({ name: 'dont-unlink-lists', why: 'there are no list files.' })
  const handlerOptions = { hardLinks: true, ...(own && { rsyncPath: handler }) }
  return { handler: RSYNC, handlerOptions, destination, refused: contradictions('rsyncdirect', parts), needless }
}

function script(parts: HandlerParts, mode: string): MadeHandler {
  const { handler, words, destination, exitCodes, simple, listsDir, keepLists, label } = parts
  const refused = contradictions(mode, parts)
  const program = handler ?? { direct: 'cp', rsyncdirect: 'rsync' }[mode]
  if (program === undefined) refused.push({ name: 'sync-handler', why: `the mode ${mode} needs a handler.` })
  const codes = exitCodes === undefined ? [] : exitCodes.split(',').map((code) => code.trim())
  const wrong = codes.find((code) => !/^\d{1,3}$/u.test(code))
  if (wrong !== undefined) refused.push({ name: 'ignore-exitcode', why: `"${wrong}" is no exit code.` })
  const handlerOptions = {
    preset: `clsync-${mode}`,
    command: [program, ...words],
    ...(parts.initial !== undefined && { on: { initial: initialCommand(program, words, mode) } }),
    ...(codes.length > 0 && { exitCodes: Object.fromEntries(codes.filter((code) => code !== '0').map((code) => [code, 'ok'])) }),
    ...(simple !== undefined && { line: '%path%' }),
    ...(listsDir !== undefined && { listsDir }),
    ...(keepLists !== undefined && { keepLists: true }),
    label,
  }
  return { handler: SCRIPT, handlerOptions, destination, refused, needless: [] }
}

/** One run for the whole of the first sync, which names the source. */
function initialCommand(program: string | undefined, words: readonly string[], mode: string): unknown[] {
  if (mode !== 'direct') return [program, 'initialsync', '%label%', '%root%']
  return [program, ...words.map((word) => (word === '%INCLUDE-LIST%' ? '%root%' : word))]
}

function contradictions(mode: string, { initial, simple }: Pick<HandlerParts, 'initial' | 'simple'>): Remark[] {
  const refused: Remark[] = []
  const isRsync = mode.startsWith('rsync')
  if (isRsync && initial !== undefined)
    refused.push({ name: 'have-recursive-sync', why: `it is for other modes: ${mode} does its first sync as a whole by itself.` })
  if (isRsync && simple !== undefined)
    refused.push({ name: 'synclist-simplify', why: `it is for the mode shell: the lists of ${mode} are read by rsync.` })
  return refused
}
