import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/** What root leaves in a site belongs to the web server. The command changes the source; what it has changed already, it leaves alone. */
export default defineConfig({
  source: './site',
  targets: {
    owner: use(script, {
      command: ['chown', '-h', '--from=root', 'www-data:www-data', '%paths%'],
      deletes: false,
      // A file that went meanwhile is no matter.
      exitCodes: { 1: 'ok' },
    }),
  },
  schedule: { minInterval: '3s' },
})
