import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCode, isTable, parseLua } from '../../src/import/lua.ts'
import { isClsyncError } from '../../src/model/error.ts'
import { fuzz } from '../support/fuzz.ts'

/** The fields of the only table. */
function fields(text: string): Record<string, unknown> {
  const { statements } = parseLua(`settings { ${text} }`, 'x')
  return Object.fromEntries(statements[0]!.table.fields)
}

describe('the declarative part of Lua', () => {
  test('values', () => {
    expect(
      fields(`a = "x\\"\\n\\065", b = 'y', c = [[z]], d = [==[ ]] ]==], e = 1.5, f = -3, g = 0x10, h = true, i = nil`),
    ).toEqual({
      ...{ a: 'x"\nA', b: 'y', c: 'z', d: ' ]] ', e: 1.5, f: -3, g: 16, h: true, i: undefined },
    })
  })

  test('keys in brackets, separators, a comma at the end', () => {
    expect(fields(`["a-b"] = 1; c = 2,`)).toEqual({ 'a-b': 1, c: 2 })
  })

  test('nested tables and lists', () => {
    const list = fields(`a = { "x", { y = 1 }, "z" }`)['a'] as ReturnType<typeof parseLua>['statements'][0]['table']
    expect([list.list[0], list.list[2], isTable(list.list[1]) && list.list[1].fields.get('y')]).toEqual(['x', 'z', 1])
  })

  test('comments of both kinds, which may hold code', () => {
    expect(parseLua(`-- sync { x }\n--[[ sync { y }\n]] --[==[ ]] ]==]\nsync { z = 1 } -- end`, 'x').statements).toHaveLength(1)
  })

  test('variables and joined texts', () => {
    const { statements } = parseLua(`local a = "x"\nb = a .. "y" .. 1\nsync { c = b, d = a.b, e = a }`, 'x')
    const found = statements[0]!.table.fields
    expect([found.get('c'), found.get('e'), isCode(found.get('d'))]).toEqual(['xy1', 'x', true])
  })

  test('calls with and without brackets, assignments, lines', () => {
    const { statements } = parseLua(`settings {}\nsync({ a = 1 })\nsettings = { b = 2 }`, 'x')
    expect(statements.map(({ name, line }) => [name, line])).toEqual([
      ['settings', 1],
      ['sync', 2],
      ['settings', 3],
    ])
  })

  test('code is gone over, with all that is in it', () => {
    const text = `
function f(x) if x then return { 1 } end end
for i = 1, 3 do sync { a = i } end
if os.getenv("X") then sync { b = 1 } else settings {} end
sync { c = 1, d = function() while true do break end end, e = os.getenv("HOME") .. "/x", f = 5 * 3 }
f(1)
sync { g = 1 }`
    const { statements, code } = parseLua(text, 'x')
    expect(statements.map(({ table }) => [...table.fields.keys()])).toEqual([['c', 'd', 'e', 'f'], ['g']])
    expect(['d', 'e', 'f'].map((key) => isCode(statements[0]!.table.fields.get(key)))).toEqual([true, true, true])
    expect(code.map(({ line }) => line)).toEqual([2, 3, 4, 6])
  })

  test.each([
    ['sync {', 'begins in line 1 of x is not closed'],
    ['sync { a = "b }', 'Line 1 of x cannot be read'],
    ['\n\nsync { a = @ }', 'Line 3 of x cannot be read'],
  ])('%j is refused', (text, expected) => {
    expect(() => parseLua(text, 'x')).toThrow(expected)
  })

  const { runs, seed } = fuzz(2000)
  test(`whatever stands there is read or refused: ${runs} runs from seed ${seed}`, () => {
    const part = fc.constantFrom(
      ...[
        'sync',
        'settings',
        'local',
        'function',
        'end',
        'do',
        'for',
        'if',
        'x',
        '=',
        '{',
        '}',
        '(',
        ')',
        '[',
        ']',
        ',',
        '..',
        '.',
      ],
      ...['"a"', '[[', ']]', '--', '--[[', '1', '-', 'default.rsync', '\n', 'until', 'repeat', ';'],
    )
    const text = fc.array(part, { maxLength: 25 }).map((parts) => parts.join(' '))
    const check = (given: string): void => {
      try {
        parseLua(given, 'x')
      } catch (error) {
        if (!isClsyncError(error)) throw error
      }
    }
    fc.assert(fc.property(text, check), { numRuns: runs, seed })
  })
})
