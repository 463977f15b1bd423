import path from 'node:path'
import { defineConfig, use } from '@clsync/core'
import script from '@clsync/handler-script'

/**
 * Two directories that follow each other. What one of them lacks at first is kept, and goes to it. rsync leaves alone what is equal
 * already and what is newer over there, so that a change does not come back for ever; @clsync/handler-rsync sends in any case, and would
 * not do here.
 */
const follow = (destination: string) => ({
  side: use(script, {
    preset: 'clsync-rsyncdirect',
    command: ['rsync', '--update', '--modify-window=-1', '%RSYNC-ARGS%', '%watch-dir%/', '%destination-dir%/'],
    destination: path.resolve(destination),
  }),
})

export default defineConfig({
  tasks: {
    there: { source: './left', targets: follow('right') },
    back: { source: './right', targets: follow('left') },
  },
})
