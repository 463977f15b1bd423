import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const DOCUMENT = new URL('../docs/guarantees.md', import.meta.url)
const text = readFileSync(DOCUMENT, 'utf8')

test('what is said to hold a guarantee is there', () => {
  const missing = [...text.matchAll(/\]\(([^)#]+)\)/gu)]
    .map(([, link]) => link!)
    .filter((link) => !existsSync(fileURLToPath(new URL(link, DOCUMENT))))
  expect(missing).toEqual([])
})

test('every guarantee has a number of its own, and something that holds it', () => {
  const rows = [...text.matchAll(/^\| ([LDO]\d+) +\| (.+?) +\| (.+?) +\|$/gmu)]
  const numbers = rows.map(([, number]) => number)
  expect(numbers).toHaveLength(28)
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const [, number, , heldBy] of rows) expect(heldBy, number).toMatch(/\]\(|torture class|simulation/u)
})
