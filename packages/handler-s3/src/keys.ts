/** Bytes of the longest key that S3 takes. */
const LONGEST_BYTES = 1024

/** A name that S3 cannot hold. Trying again does not help. */
export class UnfitName extends Error {}

/** Turns paths below the source into keys below a prefix, and back. */
export class Keys {
  readonly prefix: string

  /** The prefix is empty or ends with a slash. */
  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** Of a file or a link. Throws {@link UnfitName}. */
  file(path: string): string {
    return fit(this.prefix + path, path)
  }

  /** Of the object that stands for a directory. Throws {@link UnfitName}. */
  marker(path: string): string {
    return fit(`${this.prefix}${path}/`, path)
  }

  /** The path whose key this is, as an entry and its kind; `undefined` when no path has it. */
  path(key: string): { readonly path: string; readonly isMarker: boolean } | undefined {
    if (!key.startsWith(this.prefix) || key.length === this.prefix.length) return undefined
    const isMarker = key.endsWith('/')
    const path = key.slice(this.prefix.length, isMarker ? -1 : undefined)
    const isPath = !path.includes('\0') && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
    return isPath ? { path, isMarker } : undefined
  }
}

/** Whether a key can be named in XML: many at once are deleted by such a document. */
export function isFitForXml(key: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what XML has no way to write
  return !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(key)
}

function fit(key: string, path: string): string {
  const bytes = Buffer.byteLength(key)
  if (bytes <= LONGEST_BYTES) return key
  throw new UnfitName(`"${path}" needs a key of ${bytes} bytes; S3 takes ${LONGEST_BYTES}. Shorten the path or the prefix.`)
}
