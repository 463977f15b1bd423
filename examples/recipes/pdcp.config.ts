import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/** Each file to all nodes of a cluster, to the same place; nothing is deleted there. */
export default defineConfig({
  source: './global',
  targets: {
    nodes: use(script, {
      kinds: ['file'],
      deletes: false,
      command: ['pdcp', '-a', '%absolute-path%', '%absolute-path%'],
      concurrency: 4,
    }),
  },
})
