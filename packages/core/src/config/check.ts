import type { z } from 'zod'
import { describeIssues, type Issue } from '../load/issue.ts'
import { ClsyncError } from '../model/error.ts'

/** `values` as `schema` makes them. Throws one `CONFIG_INVALID` that lists every wrong option with where it was set. */
export function checkConfig<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  originOf: (path: readonly PropertyKey[]) => string,
): z.output<Schema> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  throw invalidConfig(describeIssues(parsed.error, schema, values), originOf)
}

/** The error for wrong options, grouped by who set them. */
export function invalidConfig(issues: readonly Issue[], originOf: (path: readonly PropertyKey[]) => string): ClsyncError {
  const byOrigin = Map.groupBy(issues, (issue) => originOf(issue.path))
  const lines = [...byOrigin].flatMap(([origin, found]) => [`${origin}:`, ...found.map((issue) => `  ${issue.text}`)])
  const one = issues.length === 1
  return new ClsyncError('CONFIG_INVALID', {
    message: one ? 'An option is wrong.' : `${issues.length} options are wrong.`,
    why: lines.join('\n'),
    fix: `Correct ${one ? 'it' : 'them'}; docs/config.md describes every option.`,
  })
}
