import { defineConfig, use } from '@clsync/core'
import rsync from '@clsync/handler-rsync'

/** A whole node, with what is overwritten or deleted put aside by day. */
export default defineConfig({
  source: './node',
  rules: [{ exclude: '/proc' }, { exclude: '/sys' }, { exclude: '/dev' }, { exclude: '/run' }, { exclude: '/tmp' }],
  targets: {
    backup: use(rsync, {
      destination: './out/node',
      backupDir: new URL(`out/node-history/${new Date().toISOString().slice(0, 10)}`, import.meta.url).pathname,
      acls: true,
      xattrs: true,
      sparse: true,
      numericIds: true,
    }),
  },
  schedule: { delay: '50ms' },
})
