/** A pattern of rsync's exclude list in the notation of `.gitignore`; `undefined`: an empty line or a comment. */
export function fromRsyncPattern(given: string): string | undefined {
  let pattern = given.trim()
  if (pattern === '' || pattern.startsWith('#') || pattern.startsWith(';')) return undefined
  // Long ago lists of excludes had their sign with them.
  if (pattern.startsWith('- ')) pattern = pattern.slice(2).trim()
  // dir/*** is dir and all in it.
  pattern = pattern.replace(/\/\*\*\*$/u, '/')
  // A slash within does not anchor: it is the end of a path, anywhere.
  const isAnchored = pattern.startsWith('/')
  const hasInner = pattern.slice(0, -1).includes('/')
  if (!isAnchored && hasInner && !pattern.startsWith('**/')) pattern = `**/${pattern}`
  return pattern.startsWith('!') ? `\\${pattern}` : pattern
}

/** rsync's filters, first match first, as rules whose last match decides; `undefined`: one that has no counterpart. */
export function fromRsyncFilters(
  filters: readonly string[],
): (Readonly<Record<'include' | 'exclude', string | undefined>> | undefined)[] {
  return filters.toReversed().map((filter) => {
    const match = /^(\+|-|include|exclude)[ ,_](.+)$/u.exec(filter.trim())
    const pattern = match === null ? undefined : fromRsyncPattern(match[2]!)
    if (match === null || pattern === undefined) return undefined
    const isInclude = match[1] === '+' || match[1] === 'include'
    return isInclude ? { include: pattern, exclude: undefined } : { include: undefined, exclude: pattern }
  })
}
