import type { Preset } from './preset.ts'

/** `HANDLER sync LABEL MASK /abs/path`, once for each change. */
export const clsyncSimple: Preset = {
  input: 'each',
  program: [],
  arguments: ['sync', '%label%', '%mask%', '%absolute-path%'],
  syncType: 'sync',
  absolute: true,
  rootPath: '',
  firstIteration: 0,
  okCodes: [],
}
