/**
 * Paths of changes and what is made of them are text in which a byte that is not UTF-8 stands as U+DC80 to U+DCFF. Node would pass such a
 * unit on as U+FFFD, so what leaves this process goes through here.
 */
export function toBytes(text: string): Buffer {
  if (isUtf8(text)) return Buffer.from(text)
  const parts: Buffer[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    parts.push(code >= FIRST && code <= LAST ? Buffer.of(code - 0xdc00) : Buffer.from(char))
  }
  return Buffer.concat(parts)
}

/** Whether all of it can be passed on as a string. */
export function isUtf8(text: string): boolean {
  return !/[\uDC80-\uDCFF]/u.test(text)
}

const FIRST = 0xdc80
const LAST = 0xdcff
