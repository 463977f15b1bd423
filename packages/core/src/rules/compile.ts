import { createHash } from 'node:crypto'
import type { Kind } from '../model/entry.ts'
import { fromText, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { Rules } from '../model/task.ts'
import { adviseRules, checkRules } from './check.ts'
import { compileConfigRules } from './config-rules.ts'
import { createIgnoreFiles, type IgnoreFileReader, type IgnoreFiles } from './ignore-files.ts'
import { itemsOf, parseRules, type RuleItem, type RulesInput, type RulesSpec } from './rule.ts'
import { createScopes } from './scope.ts'
import type { Verdict } from './verdict.ts'

/** {@link Rules} that can also say why. */
export interface CompiledRules extends Rules {
  /** What decided about a path; `undefined`: nothing matched, so it is wanted. */
  decide(path: RawPath, kind: Kind): Verdict | undefined
  /** What is allowed but most likely a mistake, one sentence each, for the log. */
  readonly warnings: readonly string[]
}

/**
 * Compiles a user's rules. An entry is judged as by git, a directory's own verdict first: nothing below an excluded directory
 * is wanted. Among the rules the last match decides; rules of the config win over ignore files, and a nearer file over those
 * above. `directory()` must have been told of a directory before what lies in it is judged.
 *
 * One thing goes beyond git, which knows no directories: a config rule `dir/**` leaves out `dir` as well, unless a rule
 * includes `dir` or may include something below it.
 *
 * `readFile` is needed when ignore files are asked for, see `ignoreFileReader`. `source`, the absolute path of the source as
 * text, lets absolute patterns be refused. Throws ClsyncError RULE_INVALID, which names the rule.
 */
export function compileRules(spec: RulesInput, readFile?: IgnoreFileReader, source?: string): CompiledRules {
  const { rules, gitignore, clsyncignore } = parseRules(spec)
  const items = itemsOf(rules)
  checkRules(items, source)
  const names = [...(gitignore ? [GITIGNORE] : []), ...(clsyncignore ? [CLSYNCIGNORE] : [])]
  if (names.length === 0) return assemble(items, { gitignore, clsyncignore })
  if (readFile === undefined) throw new TypeError('compileRules needs readFile when gitignore or clsyncignore is set.')
  return assemble(items, { gitignore, clsyncignore }, createIgnoreFiles(names, readFile))
}

const GITIGNORE = fromText('.gitignore')
const CLSYNCIGNORE = fromText('.clsyncignore')

function assemble(items: readonly RuleItem[], spec: Omit<RulesSpec, 'rules'>, files?: IgnoreFiles): CompiledRules {
  const scopes = createScopes(compileConfigRules(items), files)
  const rules: CompiledRules = {
    fingerprint: fingerprintOf(items, spec),
    warnings: adviseRules(items),
    decide: (path, kind) => (path === ROOT_PATH ? undefined : scopes.decide(path, kind)),
    wants: (path, kind) => path === ROOT_PATH || (scopes.decide(path, kind)?.wanted ?? true),
  }
  if (files === undefined) return rules
  return { ...rules, directory: (path, names) => files.update(path, names) }
}

/** Raised when the same rules come to mean something else. */
const DIALECT = 1

function fingerprintOf(items: readonly RuleItem[], { gitignore, clsyncignore }: Omit<RulesSpec, 'rules'>): string {
  const data = items.map(({ include, match, kinds }) => [
    include,
    typeof match === 'string',
    String(match),
    kinds ? kinds.toSorted() : null,
  ])
  return createHash('sha256')
    .update(JSON.stringify([DIALECT, data, gitignore, clsyncignore]))
    .digest('hex')
}
