import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GENERATED, ROOT, withGenerated } from './docs.ts'

test.each(GENERATED)('$file has the table of $name that the code makes; run `node scripts/docs.ts`', ({ file, name, make }) => {
  const text = readFileSync(new URL(file, ROOT), 'utf8')
  expect(unaligned(text)).toBe(unaligned(withGenerated(text, name, make())))
})

/** The formatter aligns the columns of tables. */
function unaligned(text: string): string {
  return text.replaceAll(/ +/gu, ' ').replaceAll(/-{3,}/gu, '---')
}
