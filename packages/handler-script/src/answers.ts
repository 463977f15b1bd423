import { type Change, nameText } from '@clsync/core/handler'

/** What a script says of single paths, in lines of JSON on its stdout. */
export interface Answers {
  readonly done: ReadonlySet<string>
  readonly failed: ReadonlyMap<string, string>
  readonly stale: ReadonlySet<string>
  /** Whether it named a path that it was not given: then something is wrong, and nobody knows what. */
  readonly strangers: readonly string[]
  /** Reads a line; false when it is none of these. */
  read(line: string): boolean
}

export interface AnswersOptions {
  readonly changes: readonly Change[]
  /** Bytes that the script says it has moved. */
  progress(bytes: number): void
}

/** Collects what one run says. A path that is named twice has what was said last. */
export function collectAnswers({ changes, progress }: AnswersOptions): Answers {
  const known = new Set(changes.map(({ path }) => path))
  const done = new Set<string>()
  const failed = new Map<string, string>()
  const stale = new Set<string>()
  const strangers: string[] = []
  return {
    ...{ done, failed, stale, strangers },
    read(line) {
      const answer = parse(line)
      if (answer === undefined) return false
      if (answer.progress !== undefined) progress(answer.progress)
      const { path, result } = answer
      if (path === undefined || result === undefined) return answer.progress !== undefined
      if (!known.has(path)) {
        strangers.push(path)
        return true
      }
      done.delete(path)
      failed.delete(path)
      stale.delete(path)
      if (result === 'done') done.add(path)
      else if (result === 'stale') stale.add(path)
      else failed.set(path, answer.error ?? 'The script gave no reason.')
      return true
    },
  }
}

interface Answer {
  readonly path: string | undefined
  readonly result: 'done' | 'failed' | 'stale' | undefined
  readonly error: string | undefined
  readonly progress: number | undefined
}

function parse(line: string): Answer | undefined {
  if (!line.startsWith('{')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const { path, pathBytes, result, error, progress } = value as Readonly<Record<string, unknown>> // an object, by its first character
  return {
    path:
      typeof pathBytes === 'string' ? nameText(Buffer.from(pathBytes, 'base64')) : typeof path === 'string' ? path : undefined,
    result: result === 'done' || result === 'failed' || result === 'stale' ? result : undefined,
    error: typeof error === 'string' ? error : undefined,
    progress: typeof progress === 'number' && progress >= 0 ? progress : undefined,
  }
}
