import { type RawPath, toText } from '../model/path.ts'

export function extraneousNotice(count: number, isDeleted: boolean): string {
  const what = `The target holds ${count} ${count === 1 ? 'entry' : 'entries'} that the source lacks`
  return isDeleted ? `${what}: deleted, as asked for.` : `${what}: kept (--extraneous delete removes what the source lacks).`
}

export function heldNotice(paths: readonly RawPath[]): string {
  const what = `${paths.length} deletions (the first: ${toText(paths[0]!)})`
  return `${what} are held, as they would take too much of what the target holds. Everything else goes on. Start again with --accept to release them.`
}

export function verifiedNotice(paths: readonly RawPath[]): string {
  const [first] = paths
  if (first === undefined) return 'The target holds what it has confirmed.'
  const what = paths.length === 1 ? '1 path' : `${paths.length} paths`
  return `The target does not hold what it has confirmed at ${what} (the first: ${toText(first)}): sent again.`
}

export function damagedNotice(putAside: string): string {
  return `The state was damaged. It was put aside as ${putAside}; everything is compared anew, and nothing is deleted at a target before.`
}
