import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/** What changed in one multicast to a group of hosts. */
export default defineConfig({
  source: './global',
  targets: {
    group: use(script, { kinds: ['file'], deletes: false, command: ['uftp', '-M', '230.4.4.1', '%paths%'] }),
  },
})
