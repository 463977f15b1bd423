import { readFileSync } from 'node:fs'
import { ClsyncError } from '../model/error.ts'
import { withClsyncRules } from '../rules/clsync-rules.ts'
import { compileRules, type CompiledRules } from '../rules/compile.ts'
import { ignoreFileReader } from '../rules/reader.ts'
import { listOf, type GivenFlags } from './flag.ts'
import type { TaskConfig } from './schema.ts'

/** The rules of a task: those of its config, of the flags over them, and of its rules file (absolute) below. Throws `RULE_INVALID`. */
export function rulesOf(config: TaskConfig, flags: GivenFlags, source: string, rulesFile: string | undefined): CompiledRules {
  const rules = compileRules(withFlagRules(config, flags), ignoreFileReader(source), source)
  return rulesFile === undefined ? rules : withClsyncRules(rules, textOf(rulesFile), rulesFile)
}

/** Flags come after the rules of a config, so they decide; includes after excludes, in whatever order they were typed. */
function withFlagRules({ rules, gitignore, clsyncignore }: TaskConfig, flags: GivenFlags) {
  const excludes = listOf(flags, 'exclude').map((exclude) => ({ exclude }))
  const includes = listOf(flags, 'include').map((include) => ({ include }))
  return { rules: [...rules, ...excludes, ...includes], gitignore, clsyncignore }
}

/** Without its rules nothing may be synced: what they keep out may be a secret. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ClsyncError('RULE_INVALID', {
      message: `The rules file ${file} cannot be read.`,
      why: (cause as Error).message,
      fix: 'Correct the path given with --rules-file or `rulesFile`.',
      cause,
    })
  }
}
