import { expect, test } from 'vitest'
import { parseMounts } from '../../src/model/mount-list.ts'

test('lines of mountinfo, with names that are escaped', () => {
  const list = String.raw`22 1 259:2 / / rw,relatime - ext4 /dev/root rw
41 22 0:36 / /mnt/a\040b\134c rw - tmpfs tmpfs rw
42 22 259:2 /home/x /srv rw shared:1 - ext4 /dev/root rw
`
  expect(parseMounts(list)).toEqual([
    { id: '22', device: '259:2', root: '/', point: '/' },
    { id: '41', device: '0:36', root: '/', point: '/mnt/a b\\c' },
    { id: '42', device: '259:2', root: '/home/x', point: '/srv' },
  ])
  expect(parseMounts('garbage\n\n')).toEqual([])
})
