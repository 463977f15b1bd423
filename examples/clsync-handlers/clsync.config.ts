import path from 'node:path'
import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

const handlers = path.join(import.meta.dirname, 'handlers')
const to = (name: string) => path.resolve('out', name)
const inMode = (mode: 'simple' | 'shell' | 'rsyncshell') => ({
  targets: {
    [mode]: use(script, {
      preset: `clsync-${mode}`,
      command: `${handlers}/${mode}.sh`,
      label: 'web',
      env: { CLSYNC_HANDLER_TARGET: to(mode) },
    }),
  },
})

/** A profile for each mode of the C clsync. */
export default defineConfig({
  source: './from',
  rules: [{ exclude: '[Dd]ont[Ss]ync' }],
  schedule: { delay: '50ms' },
  profiles: {
    simple: inMode('simple'),
    shell: inMode('shell'),
    rsyncshell: inMode('rsyncshell'),
    direct: {
      targets: {
        direct: use(script, {
          preset: 'clsync-direct',
          destination: to('direct'),
          command: ['cp', '-Pfp', '--parents', '%INCLUDE-LIST%', '%destination-dir%'],
          kinds: ['file'],
          deletes: false,
          exitCodes: { 1: 'ok' },
        }),
      },
    },
    rsyncdirect: { targets: { rsyncdirect: use(script, { preset: 'clsync-rsyncdirect', destination: to('rsyncdirect') }) } },
  },
})
