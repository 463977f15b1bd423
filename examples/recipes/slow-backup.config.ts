import { defineConfig, use } from '@clsync/core'
import rsync from '@clsync/handler-rsync'

/** Over a slow line: seldom, big files later still, with a limit, and going on where a file was cut off. */
export default defineConfig({
  source: './site',
  targets: {
    backup: use(rsync, { destination: './out/slow', bwlimit: '500k', partialDir: '.partial', compress: true }),
  },
  schedule: { delay: '10m', minInterval: '10m', bigFile: { threshold: '16MiB', delay: '1h' } },
})
