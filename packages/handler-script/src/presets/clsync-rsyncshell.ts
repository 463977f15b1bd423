import type { Preset } from './preset.ts'

/** `HANDLER rsynclist LABEL INCLUDES EXCLUDES`: lists as rsync's `--include-from` and `--exclude-from` take them. */
export const clsyncRsyncshell: Preset = {
  input: 'rsync-lists',
  program: [],
  arguments: ['rsynclist', '%label%', '%list%', '%exclude-list%'],
  syncType: 'rsynclist',
  absolute: false,
  firstIteration: 1,
  okCodes: [],
}
