/**
 * Names on disk are bytes. Inside clsync a path is a *raw path*: one UTF-16 unit per byte (latin1), relative to the
 * source's root, parts joined by `/`, never starting or ending with one, never holding `.` or `..`; `''` is the root.
 * At the border to people and handlers it becomes *text*: UTF-8 decoded, each byte that is not UTF-8 as U+DC00 + byte,
 * so that text is readable, exact and can be turned back.
 */
declare const raw: unique symbol

/** A path, or one name of it, as bytes: one UTF-16 unit per byte. */
export type RawPath = string & { readonly [raw]: true }

/** The root of a tree. */
export const ROOT_PATH = '' as RawPath

/** `name` below `parent`. */
export function joinPath(parent: RawPath, name: RawPath): RawPath {
  return (parent === '' ? name : `${parent}/${name}`) as RawPath
}

/** The directory that holds `path`; of a top entry the root. */
export function parentOf(path: RawPath): RawPath {
  const slash = path.lastIndexOf('/')
  return (slash < 0 ? '' : path.slice(0, slash)) as RawPath
}

/** The last part of `path`. */
export function nameOf(path: RawPath): RawPath {
  return path.slice(path.lastIndexOf('/') + 1) as RawPath
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: RawPath, directory: RawPath): boolean {
  if (directory === '') return true
  return path.startsWith(directory) && (path.length === directory.length || path[directory.length] === '/')
}

/** Number of parts; the root has none. */
export function depthOf(path: RawPath): number {
  if (path === '') return 0
  let depth = 1
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth++
  return depth
}

/** What Node's `fs` takes for an absolute raw path: the string itself when it is ASCII, else its bytes. */
export function toFsPath(path: RawPath): string | Buffer {
  return isAscii(path) ? path : Buffer.from(path, 'latin1')
}

/** The absolute path of `path` below `root`, for Node's `fs`. */
export function fsPathIn(root: RawPath, path: RawPath): string | Buffer {
  return toFsPath((path === '' ? root : root === '/' ? `/${path}` : `${root}/${path}`) as RawPath)
}

/** Readable and reversible; see the head of this file. */
export function toText(path: RawPath): string {
  return isAscii(path) ? path : decode(Buffer.from(path, 'latin1'))
}

/** Inverse of {@link toText}; also takes any text typed by a person. */
export function fromText(text: string): RawPath {
  return (isAscii(text) ? text : encode(text)) as RawPath
}

/** Whether text that others made names one entry below the root, as {@link toText} would write it. */
export function isEntryText(text: unknown): text is string {
  if (typeof text !== 'string' || text.includes('\0')) return false
  if (text.split('/').some((name) => name === '' || name === '.' || name === '..')) return false
  return isAscii(text) || toText(fromText(text)) === text
}

/** Whether every byte of the path is part of valid UTF-8. */
export function isUtf8(path: RawPath): boolean {
  return isAscii(path) || !/[\uDC80-\uDCFF]/u.test(toText(path))
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Buffer): string {
  try {
    return strict.decode(bytes)
  } catch {
    let text = ''
    for (let at = 0; at < bytes.length;) {
      const length = sequenceLength(bytes, at)
      text += length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : strict.decode(bytes.subarray(at, at + length))
      at += length || 1
    }
    return text
  }
}

/** Bytes of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!
  const length = lead < 0x80 ? 1 : lead >> 5 === 6 ? 2 : lead >> 4 === 14 ? 3 : lead >> 3 === 30 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  try {
    strict.decode(bytes.subarray(at, at + length))
    return length
  } catch {
    return 0
  }
}

function encode(text: string): string {
  let bytes = ''
  for (const char of text) {
    const code = char.codePointAt(0)!
    bytes += code >= 0xdc80 && code <= 0xdcff ? String.fromCharCode(code - 0xdc00) : Buffer.from(char, 'utf8').toString('latin1')
  }
  return bytes
}
