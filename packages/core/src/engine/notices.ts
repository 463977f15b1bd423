import { type RawPath, toText } from '../model/path.ts'

export function extraneousNotice(count: number, isDeleted: boolean): string {
  return isDeleted
    ? `The target holds ${count} entries that the source lacks; they are deleted, as asked for.`
    : `The target holds ${count} entries that the source lacks. They are kept (--extraneous delete removes them).`
}

export function heldNotice(target: string, paths: readonly RawPath[]): string {
  const what = `${paths.length} deletions (the first: ${toText(paths[0]!)})`
  return `${target}: ${what} are held, as they would take too much of what the target holds. Everything else goes on. Start again with --accept to release them.`
}
