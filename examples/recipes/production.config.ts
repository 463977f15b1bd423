import path from 'node:path'
import { definePlugin, defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'
import { appendFileSync } from 'node:fs'

/** Monitoring is told once about each failure. A restart is not needed: what failed is tried again. */
const alert = definePlugin({
  name: 'alert',
  apply(hooks) {
    hooks.failed.tap('alert', ({ error }) => appendFileSync('out/alerts.txt', `${String(error)}\n`))
  },
})

export default defineConfig({
  source: './lxc',
  targets: {
    peer: use(script, {
      command: ['./scripts/production.sh', '%destination%'],
      cwd: import.meta.dirname,
      input: 'list0',
      destination: path.resolve('out/production'),
      // Files that vanished on the way come again by themselves; one that could not be read is tried again.
      exitCodes: { 24: 'ok', 23: 'retry' },
    }),
  },
  schedule: { delay: '5s', minInterval: '15s' },
  plugins: [alert],
})
