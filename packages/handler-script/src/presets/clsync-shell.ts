import type { Preset } from './preset.ts'

/** `HANDLER synclist LABEL LIST`, with a line `sync LABEL MASK path` for each change. */
export const clsyncShell: Preset = {
  input: 'list',
  program: [],
  arguments: ['synclist', '%label%', '%list%'],
  line: 'sync %label% %mask% %path%',
  syncType: 'synclist',
  absolute: false,
  rootPath: '',
  firstIteration: 1,
  okCodes: [],
}
