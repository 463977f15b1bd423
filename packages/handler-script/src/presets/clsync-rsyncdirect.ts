import type { Preset } from './preset.ts'

/** rsync itself, with lists of what to look at. Files that vanish on the way are no failure here. */
export const clsyncRsyncdirect: Preset = {
  input: 'rsync-lists',
  program: ['rsync'],
  arguments: ['%rsync-args%', '%root%/', '%destination%/'],
  syncType: 'rsynclist',
  absolute: false,
  firstIteration: 1,
  okCodes: [24],
}
