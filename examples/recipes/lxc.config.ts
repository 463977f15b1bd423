import path from 'node:path'
import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

const container = process.env['CONTAINER'] ?? 'web'
const peer = process.env['PEER'] ?? 'brother'

const shared = {
  label: container,
  command: ['./scripts/container.sh'],
  cwd: import.meta.dirname,
  input: 'list0',
  exitCodes: { 24: 'ok' },
} as const

/** A container to its brother on another node, and to a backup; one instance for each container. */
export default defineConfig({
  source: `./lxc/${container}`,
  rules: [{ exclude: '/rootfs/proc' }, { exclude: '/rootfs/tmp' }],
  // An unreachable peer is asked again, with growing pauses. Nothing is lost meanwhile.
  retry: { min: '5s', max: '90m' },
  schedule: { delay: '5s', minInterval: '15s' },
  targets: {
    brother: use(script, { ...shared, env: { PEER: peer }, destination: path.resolve('out/brother', container) }),
  },
  profiles: {
    backup: {
      schedule: { delay: '30m', minInterval: '30m', bigFile: { threshold: '128MiB', delay: '12h' } },
      targets: {
        backup: use(script, {
          ...shared,
          env: { PEER: 'backup', BACKUP_DIR: path.resolve('out/decrements', container) },
          destination: path.resolve('out/backup', container),
        }),
      },
    },
    handover: { extends: ['backup'], schedule: { delay: 0, minInterval: 0 } },
  },
})
