import path from 'node:path'
import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/** Of all homes only the authorized keys, with their owners and modes. Users that come later are watched like the others. */
export default defineConfig({
  source: './homes',
  rules: [
    { exclude: '/*' },
    { include: '/*/' },
    { exclude: '/*/*' },
    { include: '/*/.ssh/' },
    { exclude: '/*/.ssh/*' },
    { include: '/*/.ssh/authorized_keys' },
    { include: '/*/.ssh/authorized_keys2' },
  ],
  targets: {
    keys: use(script, {
      destination: path.resolve('out/homes'),
      // Directories come with the files in them, and stay.
      kinds: ['file'],
      command: ['cp', '-Pfp', '--parents', '%paths%', '%destination%'],
      on: { delete: ['rm', '-f', '%destination%/%path%'] },
    }),
  },
})
