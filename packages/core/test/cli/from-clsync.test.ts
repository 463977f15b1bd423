import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/args.ts'

function read(line: string, ...words: string[]) {
  const { source, destination, flags } = parseArguments([...line.split(' '), ...(words.length > 0 ? ['--', ...words] : [])])
  return { source, destination, flags: Object.fromEntries(Object.entries(flags).map(([name, { value }]) => [name, value])) }
}

function refusal(line: string): string {
  try {
    read(line)
  } catch (error) {
    const { message, why = '', fix = '' } = error as { message: string; why?: string; fix?: string }
    return `${message}\n${why}\n${fix}`
  }
  throw new Error(`${line} is not refused`)
}

describe('flags of the C clsync', () => {
  test('mirror by rsync', () => {
    expect(read('-M rsyncdirect -W /src -D host:/dst')).toEqual({
      ...{ source: '/src', destination: 'host:/dst' },
      flags: { handler: '@clsync/handler-rsync', option: ['hardLinks=true'] },
    })
  })

  test('numbers are seconds and bytes', () => {
    expect(read('-w5 -t 0x10 --delay-collect-bigfile=3600 -B1024 -k60 -r3 -W a -D b').flags).toEqual({
      ...{ 'min-interval': '5s', delay: '16s', 'big-file-delay': '3600s', 'big-file': '1024', timeout: '60s', retries: '3' },
    })
    expect(read('-B0 -W a -D b').flags).toEqual({ 'big-file': 'off' })
  })

  test('short and long, switches with and without a digit', () => {
    expect(read('-b1 -v -q0 -d3 -F -X1 -z /run/pid -l site -Y syslog -R rules -W a -D b').flags).toEqual({
      ...{ background: true, verbose: true, 'full-initialsync': true, 'exclude-mount-points': true, 'pid-file': '/run/pid' },
      ...{ label: 'site', 'log-to': 'syslog', 'rules-file': 'rules' },
    })
    expect(read('--background=1 --only-initialsync=0 --exit-on-no-events -W a -D b').flags).toEqual({
      background: true,
      'until-idle': true,
    })
  })

  test('run control', () => {
    const line =
      '--exit-on-no-events --max-iterations=20 --sync-on-quit --standby-file /hold --modification-signature * -H conf -K night'
    expect(read(`${line} -W a -D b`).flags).toEqual({
      ...{ 'until-idle': true, 'max-rounds': '20', 'pause-file': '/hold', 'modification-signature': '*' },
      ...{ config: 'conf', profile: ['night'] },
    })
    expect(read('--max-iterations 0 -W a -D b').flags).toEqual({})
  })

  test('hooks get the label, as there', () => {
    const { flags } = read("--pre-exit-hook /etc/stop --exit-hook /o'k -l site -W a -D b")
    expect(flags).toMatchObject({ 'before-last': '/etc/stop site', after: "'/o'\\''k' site" })
  })

  test.each([
    ['simple', '/sync.sh'],
    ['shell', '/sync.sh'],
    ['rsyncshell', '/sync.sh'],
  ])('the mode %s', (mode, handler) => {
    expect(read(`-M ${mode} -S ${handler} -W a -l site -x 23,24`).flags).toMatchObject({
      handler: '@clsync/handler-script',
      option: [`preset=clsync-${mode}`, `command=["${handler}"]`, 'exitCodes={"23":"ok","24":"ok"}', 'label=site'],
    })
  })

  test('the exit code 0 is no code of its own', () => {
    expect(read('-M shell -S /s -x 0,24 -W a').flags['option']).toContain('exitCodes={"24":"ok"}')
  })

  test('arguments of the handler follow --', () => {
    const { source, destination, flags } = read(
      '-M direct -S cp -W /home -D /mnt',
      '-Pfp',
      '--parents',
      '%INCLUDE-LIST%',
      '%destination-dir%',
    )
    expect([source, destination]).toEqual(['/home', '/mnt'])
    expect(flags['option']).toContain('command=["cp","-Pfp","--parents","%INCLUDE-LIST%","%destination-dir%"]')
  })

  test('one run for the whole of the first sync', () => {
    expect(read('-M shell -S /s --have-recursive-sync --synclist-simplify -W a').flags['option']).toEqual([
      'preset=clsync-shell',
      'command=["/s"]',
      'on={"initial":["/s","initialsync","%label%","%root%"]}',
      'line=%path%',
      'label=nolabel',
    ])
  })

  test('a handler may be silent for a day, unless something is said', () => {
    expect(parseArguments(['-M', 'shell', '-S', '/s', '-W', 'a']).implied.timeout?.value).toBe('1d')
    expect(parseArguments(['-W', 'a', '-D', 'b']).implied).toEqual({})
  })

  test('status and pid files', () => {
    expect(read('--status-file /run/status -z /run/pid -W a -D b').flags).toEqual({
      'status-file': '/run/status',
      'pid-file': '/run/pid',
    })
  })

  test('rsync with arguments of its own', () => {
    const { flags } = read('-M rsyncdirect -W a -S rsync', '%RSYNC-ARGS%', 'a/', 'b/')
    expect(flags).toMatchObject({ handler: '@clsync/handler-script' })
    expect(flags['option']).toContain('command=["rsync","%RSYNC-ARGS%","a/","b/"]')
  })

  test.each([
    ['-M so -S x.so -W a', 'handlers-in-c'],
    ['-M shell -W a', 'needs a handler'],
    ['-M what -S x -W a', '"what"'],
    ['-S x -W a', 'needs its mode'],
    ['-M rsyncshell -S x --have-recursive-sync -W a', 'by itself'],
    ['-M rsyncdirect --synclist-simplify -W a -D b', 'mode shell'],
    ['-M shell -S x -x 1,no -W a', '"no" is no exit code'],
    ['-w 010 -W a -D b', 'octal'],
    ['-w soon -W a -D b', 'no whole number of seconds'],
    ['-u nobody -W a -D b', 'docs/operations.md'],
    ['--seccomp-filter -W a -D b', 'docs/operations.md'],
    ['--cluster-iface eth0 -W a -D b', 'never finished'],
    ['-p safe -W a -D b', 'threading'],
    ['--threading full -W a -D b', 'concurrency'],
    ['--socket /run/clsync.sock -W a -D b', '--status-file'],
    ['--dump-dir /tmp/x -W a -D b', '--verbose'],
    ['--rsync -W a -D b', 'rsyncdirect'],
    ['--custom-signals 10:x -W a -D b', '--profile'],
    ['--delay-colect 5 -W a -D b', '--delay-collect'],
    ['-w -W a -D b', '--delay-sync needs a value'],
    ['-M rsyncdirect -W a -D b c', '3 words'],
    ['--only-initialsync --exit-on-no-events -W a -D b', 'contradict'],
  ])('%s is refused', (line, expected) => {
    expect(refusal(line)).toContain(expected)
  })

  test('without a handler of the C clsync, what follows -- is places, or the command of a handler', () => {
    const words = parseArguments(['--', '-odd', 'copy'])
    expect([words.source, words.destination]).toEqual(['-odd', 'copy'])
    const command = parseArguments(['--handler', 'script', 'src', '--', 'make', '-j4', 'build'])
    expect(command.flags.option?.value).toEqual(['command=["make","-j4","build"]'])
  })
})
