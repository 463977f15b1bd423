import path from 'node:path'
import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/** Four commands at once, never two for one path. */
export default defineConfig({
  source: './site',
  targets: {
    server: use(script, {
      destination: path.resolve('out/parallel'),
      command: ['./scripts/copy-list.sh', '%destination%'],
      cwd: import.meta.dirname,
      input: 'list0',
      concurrency: 4,
      maxChanges: 100,
    }),
  },
})
