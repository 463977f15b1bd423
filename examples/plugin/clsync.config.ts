import { defineConfig } from '@clsync/core'
import { afterSync } from './after-sync.ts'

export default defineConfig({
  source: './notes',
  destination: './out/notes',
  stateDir: './out/state',
  plugins: [afterSync(process.execPath, ['notify.ts'])],
})
