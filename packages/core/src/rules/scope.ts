import type { Kind } from '../model/entry.ts'
import { parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { ConfigRules } from './config-rules.ts'
import type { FilePatterns, IgnoreFiles, ScopedPatterns } from './ignore-files.ts'
import type { Verdict } from './verdict.ts'

/** What holds for all entries of one directory. */
interface Scope {
  /** The directory, or one above it, is excluded. */
  readonly excluded: Verdict | undefined
  /** Ignore files from the directory upwards, the strongest first. */
  readonly files: readonly ScopedPatterns[]
}

export interface Scopes {
  /** The verdict on an entry other than the root. */
  decide(path: RawPath, kind: Kind): Verdict | undefined
}

/** Directories whose scope is remembered; beyond that all are worked out anew. */
const MAX_SCOPES = 10_000

/** Judges entries by config and ignore files, top down, remembering what was found out about their directories. */
export function createScopes(config: ConfigRules, ignoreFiles: IgnoreFiles | undefined): Scopes {
  const scopes = new Map<RawPath, Scope>()
  let generation = 0
  // Entries are mostly asked about a directory at a time. At the top `slash` is -1 and equals no length: looked up anew.
  let lastDirectory: RawPath | undefined
  let lastScope: Scope = NO_SCOPE

  function decide(path: RawPath, kind: Kind): Verdict | undefined {
    if (ignoreFiles !== undefined && generation !== ignoreFiles.generation()) {
      generation = ignoreFiles.generation()
      scopes.clear()
      lastDirectory = undefined
    }
    const slash = lastSlash(path)
    if (lastDirectory === undefined || slash !== lastDirectory.length || !path.startsWith(lastDirectory)) {
      lastDirectory = parentOf(path)
      lastScope = scopeOf(lastDirectory)
    }
    return lastScope.excluded ?? judge(path, slash + 1, kind, lastScope.files)
  }

  function scopeOf(directory: RawPath): Scope {
    const known = scopes.get(directory)
    if (known !== undefined) return known
    const scope = findScope(directory)
    if (scopes.size >= MAX_SCOPES) scopes.clear()
    scopes.set(directory, scope)
    return scope
  }

  function findScope(directory: RawPath): Scope {
    const own = ignoreFiles?.of(directory)
    if (directory === ROOT_PATH) return own === undefined ? NO_SCOPE : { excluded: undefined, files: [own] }
    const above = scopeOf(parentOf(directory))
    if (above.excluded !== undefined) return above
    const verdict = judge(directory, directory.lastIndexOf('/') + 1, 'directory', above.files)
    if (verdict?.wanted === false) return { excluded: verdict, files: [] }
    return own === undefined ? above : { excluded: undefined, files: [own, ...above.files] }
  }

  function judge(path: RawPath, nameAt: number, kind: Kind, files: readonly ScopedPatterns[]): Verdict | undefined {
    const verdict = config.decide(path, nameAt, kind)
    if (verdict !== undefined) return verdict
    for (const { baseAt, files: said } of files) {
      for (let at = said.length - 1; at >= 0; at--) {
        const found = lastMatch(said[at]!.patterns, path, nameAt, baseAt, kind)
        if (found !== undefined) return fileVerdict(found, said[at]!.path, path)
      }
    }
    return undefined
  }

  return { decide }
}

/** As `lastIndexOf`, which costs more than all the rules: names are short. */
function lastSlash(path: RawPath): number {
  let at = path.length - 1
  while (at >= 0 && path.charCodeAt(at) !== SLASH) at--
  return at
}

const SLASH = 0x2f

const NO_SCOPE: Scope = { excluded: undefined, files: [] }

function lastMatch(
  patterns: FilePatterns,
  path: RawPath,
  nameAt: number,
  baseAt: number,
  kind: Kind,
): FilePatterns[number] | undefined {
  const directory = kind === 'directory'
  for (let at = patterns.length - 1; at >= 0; at--) {
    const { pattern } = patterns[at]!
    if ((directory || !pattern.directoriesOnly) && pattern.matches(path, nameAt, baseAt)) return patterns[at]
  }
  return undefined
}

function fileVerdict({ pattern, line }: FilePatterns[number], file: RawPath, at: RawPath): Verdict {
  return { wanted: pattern.negative, at, contents: false, rule: { type: 'file', path: file, line, pattern: pattern.line } }
}
