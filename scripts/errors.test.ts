import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const VOCABULARY = 'packages/core/src/model/error.ts'

const codes = codesIn(readFileSync(join(ROOT, VOCABULARY), 'utf8'))
const headings = headingsIn(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'))

it('the vocabulary is read', () => {
  expect(codes).toContain('CLI_USAGE')
  expect(codes.length).toBeGreaterThan(20)
})

it('docs/errors.md describes each code once and no other', () => {
  expect([...headings.keys()].toSorted()).toEqual(codes.toSorted())
})

describe.each(codes)('%s', (code) => {
  it('is raised somewhere', () => {
    expect(shippedFiles().some((text) => text.includes(`'${code}'`))).toBe(true)
  })

  it('has its what, why and fix', () => {
    for (const part of ['What', 'Why', 'Fix']) expect(headings.get(code)).toMatch(new RegExp(`^- \\*\\*${part}:\\*\\* \\S`, 'm'))
  })
})

/** The members of the union `ErrorCode`. */
function codesIn(text: string): string[] {
  const union = /export type ErrorCode =((?:\s*\|\s*'[A-Z_]+')+)/.exec(text)?.[1] ?? ''
  return [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1]!)
}

/** Heading to the text below it. A heading that stands twice is not to be missed, so it throws. */
function headingsIn(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const section of text.split(/^## /m).slice(1)) {
    const [heading = '', ...lines] = section.split('\n')
    if (found.has(heading)) throw new Error(`docs/errors.md has two sections ${heading}`)
    found.set(heading, lines.join('\n'))
  }
  return found
}

/** The sources of all packages, but the vocabulary itself. */
function shippedFiles(): string[] {
  return readdirSync(join(ROOT, 'packages')).flatMap((name) =>
    readdirSync(join(ROOT, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join('packages', name, 'src', file))
      .filter((file) => file !== VOCABULARY)
      .map((file) => readFileSync(join(ROOT, file), 'utf8')),
  )
}
