import { fromText, fsPathIn } from './path.ts'

/** What Node's `fs` takes for a change's path below `root` (or below a target's directory), exact for every name. */
export function sourcePath(root: string, path: string): string | Buffer {
  return fsPathIn(fromText(root), fromText(path))
}
