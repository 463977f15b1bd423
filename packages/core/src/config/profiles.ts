import { ClsyncError } from '../model/error.ts'
import { nearestName } from '../load/nearest.ts'
import { isPlain, type Layer } from './layer.ts'
import type { ConfigFile } from './find.ts'

/**
 * The layers of the wanted profiles, in the order in which they apply: what a profile extends comes before it, a profile
 * named later wins over one named earlier. Throws `CONFIG_UNKNOWN_PROFILE` or `CONFIG_PROFILE_CYCLE`.
 */
export function profileLayers(file: ConfigFile | undefined, wanted: readonly string[], directory: string): Layer[] {
  const profiles = isPlain(file?.values['profiles']) ? file.values['profiles'] : {}
  const order: string[] = []
  for (const name of wanted) visit(name, [])
  return order.map((name) => {
    const { extends: _parents, ...values } = profiles[name] as Record<string, unknown> // checked by visit
    return { origin: `profile "${name}" of ${file?.path}`, directory, values }
  })

  function visit(name: string, chain: readonly string[]): void {
    if (chain.includes(name)) throw cycle([...chain.slice(chain.indexOf(name)), name], file)
    const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
    if (!isPlain(profile)) throw unknown(name, Object.keys(profiles), chain.at(-1), file)
    for (const parent of parentsOf(profile)) visit(parent, [...chain, name])
    if (!order.includes(name)) order.push(name)
  }
}

function parentsOf(profile: Readonly<Record<string, unknown>>): string[] {
  const parents = profile['extends']
  return parents === undefined ? [] : [parents].flat().map(String)
}

function cycle(chain: readonly string[], file: ConfigFile | undefined): ClsyncError {
  return new ClsyncError('CONFIG_PROFILE_CYCLE', {
    message: `Profile "${chain[0]}" extends itself: ${chain.join(' → ')}.`,
    ...(file && { why: `In ${file.path}.` }),
    fix: 'Take one `extends` out of the circle.',
  })
}

function unknown(name: string, known: readonly string[], by: string | undefined, file: ConfigFile | undefined): ClsyncError {
  const near = nearestName(name, known)
  const list = known.length > 0 ? `The profiles are ${known.join(', ')}.` : 'There are no profiles.'
  return new ClsyncError('CONFIG_UNKNOWN_PROFILE', {
    message: `There is no profile "${name}"${by === undefined ? '' : `, which profile "${by}" extends`}.`,
    why: file ? `${list} Looked in ${file.path}.` : 'There is no config file.',
    fix: near === undefined ? 'Name one of these, or add it below `profiles`.' : `Did you mean "${near}"?`,
  })
}
