import { expect, it } from 'vitest'
import { concernsAll, readComplaints } from '../src/complaints.ts'

const paths = new Map(['a/b', 'a/c', 'd', 'new\nline', 'say "hi"', 'caf\xc3\xa9', 'x -> y'].map((bytes) => [bytes, bytes]))
const places = { roots: ['/src', '/dst'], paths }

it.each([
  ['rsync: [sender] send_files failed to open "/src/a/b": Permission denied (13)', 'a/b', 'failed'],
  ['rsync: [sender] link_stat "/src/d" failed: No such file or directory (2)', 'd', 'vanished'],
  ['file has vanished: "/src/a/c"', 'a/c', 'vanished'],
  ['rsync: [receiver] mkstemp "/dst/a/.b.Ab12Cd" failed: Permission denied (13)', 'a/b', 'failed'],
  ['rsync: [receiver] mkstemp "/a/.b.Ab12Cd" (in mod) failed: Permission denied (13)', 'a/b', 'failed'],
  ['rsync: [receiver] rename "/dst/a/.b.Ab12Cd" -> "a/b": Operation not permitted (1)', 'a/b', 'failed'],
  ['rsync: [generator] recv_generator: mkdir "/dst/a" failed: Permission denied (13)', 'a', 'failed'],
  ['rsync: [generator] delete_file: unlink(a/b) failed: Permission denied (13)', 'a/b', 'failed'],
  ['could not make way for new regular file: a/b', 'a/b', 'failed'],
  ['cannot delete non-empty directory: d', 'd', 'kept'],
  ['ERROR: a/b failed verification -- update discarded.', 'a/b', 'failed'],
  ['rsync: [sender] send_files failed to open "/src/new\\#012line": Permission denied (13)', 'new\nline', 'failed'],
  ['rsync: [sender] send_files failed to open "/src/say "hi"": Permission denied (13)', 'say "hi"', 'failed'],
  ['could not make way for new regular file: caf\\#303\\#251', 'caf\xc3\xa9', 'failed'],
  ['rsync: something nobody has heard of', undefined, 'failed'],
])('%s', (line, path, kind) => {
  expect(readComplaints(`${line}\n`, places)).toEqual([{ path, kind, text: line }])
})

it('passes over what says nothing about a path', () => {
  const noise = [
    'rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]',
    'WARNING: parent dir is absent in the file list: a/b',
    'default_perms_for_dir: sys_acl_get_file(d, ACL_TYPE_DEFAULT): No such file or directory, falling back on umask',
    '',
  ]
  expect(readComplaints(noise.join('\n'), places)).toEqual([])
})

it('knows what concerns all', () => {
  expect(concernsAll('rsync: [receiver] write failed on "/dst/a": No space left on device (28)')).toBe(true)
  expect(concernsAll('rsync: [receiver] mkstemp "/dst/.a.b" failed: Permission denied (13)')).toBe(false)
})
