import manifest from '@clsync-example/first-handler'
import { defineConfig, use } from '@clsync/core'
import mirror from '@clsync/handler-mirror'

export default defineConfig({
  source: './site',
  targets: {
    copy: use(mirror, { destination: './out/copy', trash: './out/trash' }),
    sums: use(manifest, { destination: './out/sums.json' }),
  },
  rules: [{ exclude: ['*.draft', 'private/'] }, { include: 'welcome.draft' }],
  stateDir: './out/state',
  schedule: { delay: '50ms' },
  profiles: {
    // One batch in ten minutes at most.
    night: { schedule: { minInterval: '10m' } },
    // As at night, and drafts are published too.
    preview: { extends: ['night'], rules: [{ exclude: 'private/' }] },
  },
})
