import { defineConfig } from 'vitest/config'

/** Tests run the sources of every package of this workspace, not what was built of them. */
const conditions = ['clsync-source', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['clsync-source', 'node', 'module-sync'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    pool: 'forks',
    // What a test starts with `process.execPath` and what it imports natively sees the sources too.
    execArgv: ['--conditions=clsync-source'],
    // Tests wait for conditions; these only end what would never come.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 10_000 } },
    teardownTimeout: 10_000,
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: false,
  },
})
