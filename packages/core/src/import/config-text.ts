/** A value of a generated config and where it comes from. */
export interface Setting {
  /** Where it stands in the config. */
  readonly path: readonly string[]
  readonly value: unknown
  /** Shown behind it. */
  readonly from?: string
}

/** A target of a generated config. */
interface ImportedTarget {
  /** Package; `undefined`: the embedded mirror. */
  readonly handler: string | undefined
  readonly options: Readonly<Record<string, unknown>>
}

/** A task of a generated config. */
export interface ImportedTask {
  readonly name: string
  readonly settings: readonly Setting[]
  readonly targets: Readonly<Record<string, ImportedTarget>>
}

/** What was made of another program's config. */
export interface Import {
  /** What it was made from, for its first line. */
  readonly title: string
  /** At the top, for all tasks. */
  readonly settings: readonly Setting[]
  readonly tasks: readonly ImportedTask[]
  /** What could not be carried over, and why; one line each. */
  readonly lost: readonly string[]
  /** What need not be, and why; one line each. */
  readonly needless: readonly string[]
}

/** The text of a `clsync.config.ts`. */
export function configText({ title, settings, tasks, lost, needless }: Import): string {
  const handlers = [...new Set(tasks.flatMap(({ targets }) => Object.values(targets).flatMap(({ handler }) => handler ?? [])))]
  const imports = handlers.map((handler) => `import ${nameOf(handler)} from '${handler}'\n`).join('')
  const used = handlers.length > 0 ? 'defineConfig, use' : 'defineConfig'
  const [only] = tasks
  const body =
    tasks.length === 1 && only !== undefined
      ? [...taskLines(only, '  '), ...linesOf(settings, '  ')]
      : [
          ...linesOf(settings, '  '),
          '  tasks: {',
          ...tasks.flatMap((task) => [`    ${key(task.name)}: {`, ...taskLines(task, '      '), '    },']),
          '  },',
        ]
  return [
    `// Made by \`clsync import\` from ${comment(title)}.`,
    ...remarks('Could not be carried over:', lost),
    ...remarks('Not needed any more:', needless),
    `import { ${used} } from '@clsync/core'`,
    imports,
    'export default defineConfig({',
    ...body,
    '})',
    '',
  ].join('\n')
}

function remarks(head: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['//', `// ${head}`, ...lines.map((line) => `// - ${comment(line)}`)]
}

/** A comment stays one line. */
function comment(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/gu, ' ')
}

function taskLines({ settings, targets }: ImportedTask, indent: string): string[] {
  const source = settings.filter(({ path }) => path[0] === 'source')
  const rest = settings.filter(({ path }) => path[0] !== 'source')
  const lines = Object.entries(targets).map(([name, target]) => `${indent}  ${key(name)}: ${targetText(target, `${indent}  `)},`)
  return [...linesOf(source, indent), `${indent}targets: {`, ...lines, `${indent}},`, ...linesOf(rest, indent)]
}

function targetText({ handler, options }: ImportedTarget, indent: string): string {
  if (handler === undefined && Object.keys(options).length === 1) return literal(options['destination'])
  const entries = Object.entries(options).map(([name, value]) => `${indent}  ${key(name)}: ${literal(value)},`)
  if (handler === undefined) return [`{`, `${indent}  options: ${literal(options)},`, `${indent}}`].join('\n')
  if (entries.length === 0) return `use(${nameOf(handler)}, {})`
  return [`use(${nameOf(handler)}, {`, ...entries, `${indent}})`].join('\n')
}

/** Settings as nested objects, each leaf on a line of its own with where it comes from. */
function linesOf(settings: readonly Setting[], indent: string): string[] {
  const heads = [...new Set(settings.map(({ path }) => path[0]!))]
  return heads.flatMap((head) => {
    const own = settings.filter(({ path }) => path[0] === head)
    const leaf = own.findLast(({ path }) => path.length === 1)
    if (leaf !== undefined) {
      const from = leaf.from === undefined ? '' : ` // ${comment(leaf.from)}`
      return [`${indent}${key(head)}: ${literal(leaf.value)},${from}`]
    }
    const inner = own.map((setting) => ({ ...setting, path: setting.path.slice(1) }))
    return [`${indent}${key(head)}: {`, ...linesOf(inner, `${indent}  `), `${indent}},`]
  })
}

/** `@clsync/handler-rsync` → `rsync`. */
function nameOf(handler: string): string {
  return handler.replace(/^.*handler-/u, '').replaceAll(/\W/gu, '_')
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/u.test(name) ? name : literal(name)
}

function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value)
      .slice(1, -1)
      .replaceAll(String.raw`\"`, '"')
      .replaceAll("'", String.raw`\'`)}'`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, inner]) => `${key(name)}: ${literal(inner)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return String(value)
}
