import { bring } from './bring.ts'
import type { Pass } from './pass.ts'
import { look } from './source.ts'

/** Brings the links that lead to what has changed. */
export async function bringLinksTo(pass: Pass): Promise<void> {
  const { holdings, options } = pass.target
  if (options.symlinks !== 'follow') return
  const links = holdings.links()
  if (links.length === 0) return
  const changed = new Map(
    pass.batch.changes.flatMap(({ path, from = path }) => [path, from].map((each) => [each, path] as const)),
  )
  const reached = links.flatMap(({ path, target }) => {
    const because = nearest(target, changed) ?? nearest(path, changed)
    return because === undefined ? [] : [{ path, because }]
  })
  await pass.each(
    reached,
    ({ because }) => because,
    async ({ path }) => {
      if (look(pass.target.source, path)?.isSymbolicLink() === true) await bring(pass, { path })
    },
  )
}

/** What is said of the path, or of one above it. */
function nearest(path: string, among: ReadonlyMap<string, string>): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const found = among.get(path.slice(0, end))
    if (found !== undefined) return found
  }
  return undefined
}
