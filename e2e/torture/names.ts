import type { Random } from './random.ts'

/** Names, one character a byte, that tools tend to stumble over. */
const AWKWARD: readonly string[] = [
  'new\nline',
  'back\\slash',
  '-rf',
  '--delete',
  ' leading',
  'trailing ',
  "it's",
  'dou"ble',
  '*.?[a-z]{x,y}',
  '!excl#ude',
  '$(touch oops)`x`;&|',
  'tab\tand\rreturn',
  '\x01\x7f',
  '\xff\xfe',
  '\xc3',
  '\xed\xa0\x80',
  Buffer.from('ünïcode ☃ 日本').toString('latin1'),
  Buffer.from('\u00e9').toString('latin1'),
  Buffer.from('e\u0301').toString('latin1'),
  '...',
  '~',
  '%41',
  'CON',
  '.git',
  '.hidden',
  'x'.repeat(255),
  '\xff'.repeat(255),
]

/** A few common names, so that places are used again and again, and some awkward ones. */
export function randomName(random: Random, awkward = 0.25): string {
  return random.chance(1 - awkward) ? `${random.pick(['a', 'b', 'c', 'd'])}${random.below(5)}` : random.pick(AWKWARD)
}
