import { defineConfig, use } from '@clsync/core'
import rsync from '@clsync/handler-rsync'

/** A few files of a huge tree: what is excluded is neither read nor watched. */
export default defineConfig({
  source: './huge',
  rules: [
    { exclude: '/*' },
    { include: '/etc/' },
    { exclude: '/etc/*' },
    { include: '/etc/hosts' },
    { include: '/etc/nginx/' },
    { exclude: '*.bak' },
  ],
  targets: { mirror: use(rsync, { destination: './out/few' }) },
})
