import { describe, expect, it } from 'vitest'
import { destinationText, parseDestination, rsyncDestination } from '../src/destination.ts'

describe('a destination', () => {
  it.each([
    ['/srv/dst', { kind: 'local', path: '/srv/dst' }, '/srv/dst/'],
    ['/srv/with:colon/', { kind: 'local', path: '/srv/with:colon' }, '/srv/with:colon/'],
    ['host:/srv/dst/', { kind: 'ssh', host: 'host', path: '/srv/dst' }, 'host:/srv/dst/'],
    ['host:dst//sub', { kind: 'ssh', host: 'host', path: 'dst/sub' }, 'host:dst/sub/'],
    ['host:', { kind: 'ssh', host: 'host', path: '.' }, 'host:./'],
    ['host:~/dst', { kind: 'ssh', host: 'host', path: 'dst' }, 'host:dst/'],
    ['me@host:/with space', { kind: 'ssh', user: 'me', host: 'host', path: '/with space' }, 'me@host:/with space/'],
    ['me@[::1]:/srv', { kind: 'ssh', user: 'me', host: '::1', path: '/srv' }, 'me@[::1]:/srv/'],
    ['ssh://me@host:2222/srv', { kind: 'ssh', user: 'me', host: 'host', port: 2222, path: '/srv' }, 'me@host:/srv/'],
    ['ssh://host/~/dst', { kind: 'ssh', host: 'host', path: 'dst' }, 'host:dst/'],
    ['host::mod/sub', { kind: 'daemon', host: 'host', module: 'mod', path: 'sub' }, 'rsync://host/mod/sub/'],
    [
      'rsync://me@host:8730/mod',
      { kind: 'daemon', user: 'me', host: 'host', port: 8730, module: 'mod', path: '' },
      'rsync://me@host:8730/mod/',
    ],
  ])('%s', (text, destination, told) => {
    expect(parseDestination(text)).toEqual(destination)
    expect(rsyncDestination(parseDestination(text))).toBe(told)
  })

  it.each([
    ['/', 'root of the file system'],
    ['host:/', 'root of the file system'],
    ['-oProxyCommand=x:/srv', 'host'],
    ['-l@host:/srv', 'user'],
    ['host:~other/dst', 'another user'],
    ['rsync://host', 'module'],
    ['ftp://host/dst', 'none of'],
    ['host:/a\nb', 'line break'],
  ])('%s is refused', (text, why) => {
    expect(() => parseDestination(text)).toThrow(why)
  })

  it('is the same however it is written', () => {
    const written = ['rsync://host/mod/sub/', 'host::mod/sub']
    expect(new Set(written.map((text) => destinationText(parseDestination(text)))).size).toBe(1)
    expect(destinationText(parseDestination('host:/srv'))).not.toBe(destinationText(parseDestination('host:srv')))
  })
})
