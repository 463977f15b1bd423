import { fromText, fsPathIn, type RawPath, toText } from './path.ts'

/** What Node's `fs` takes for a change's path below `root` (or below a target's directory), exact for every name. */
export function sourcePath(root: string, path: string): string | Buffer {
  return fsPathIn(fromText(root), fromText(path))
}

/** Inverse of {@link sourcePath} for one name as the file system holds it: what a change or an inventory calls it. */
export function nameText(name: Uint8Array): string {
  // latin1 gives one unit a byte, which is what a raw path is.
  return toText(Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1') as RawPath)
}
