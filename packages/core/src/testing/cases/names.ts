import type { Case } from '../case.ts'

/** Clause: names are bytes; none is read as an option, a pattern, a quote or a line. */
export const nameCases: readonly Case[] = [
  {
    name: 'names: awkward ones are synced exactly, moved and deleted',
    async run(stage) {
      for (const name of AWKWARD) stage.source.write(`${name}/${name}`, name)
      await stage.sync()
      await stage.assertEqual()
      for (const name of AWKWARD) stage.source.write(`${name}/${name}`, `${name} again`)
      await stage.sync()
      await stage.assertEqual()
      if (!stage.handler.capabilities.deletes) return
      for (const [at, name] of AWKWARD.entries()) {
        if (at % 2 === 0) stage.source.remove(name)
        else stage.source.move(`${name}/${name}`, `${name}/moved`)
      }
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'names: 255 bytes long',
    async run(stage) {
      const long = 'n'.repeat(255)
      stage.source.write(`${long}/${long}`, 'long')
      stage.source.write('é'.repeat(127), 'long in bytes')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'names: bytes that are not UTF-8',
    needs: ({ byteNames }) => byteNames,
    async run(stage) {
      for (const name of NOT_UTF8) stage.source.write(`${name}/${name}`, 'bytes')
      await stage.sync()
      await stage.assertEqual()
      if (!stage.handler.capabilities.deletes) return
      stage.source.remove(NOT_UTF8[0] ?? '')
      await stage.sync()
      await stage.assertEqual()
    },
  },
]

const AWKWARD = [
  '-rf',
  '--delete',
  'two  spaces',
  ' leading and trailing ',
  'new\nline',
  'carriage\rreturn',
  'tab\t',
  '*',
  'a?b',
  '[x]',
  ']',
  '{a,b}',
  "it's",
  'say "hi"',
  '`id`',
  '$(id)',
  '$HOME',
  'back\\slash',
  'semi;colon',
  'a&b',
  'a|b',
  '#hash',
  ';comment',
  '~',
  '...',
  '%41',
  'a:b',
  '\u0001\u001b[31m',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1f600}',
  '\ufeffbom',
  '\u202eright-to-left',
]

/** A lone byte, a cut sequence, an encoded surrogate, an overlong slash: as text, see `Change.path`. */
const NOT_UTF8 = ['\udcff', 'cut\udcc3', '\udced\udcb2\udc80', 'over\udcc0\udcaf', 'mixed é \udce9']
