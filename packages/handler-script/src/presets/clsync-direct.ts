import type { Preset } from './preset.ts'

/** `cp path … DEST/`, the paths relative to the source, which is the working directory. */
export const clsyncDirect: Preset = {
  input: 'argv',
  program: ['cp'],
  arguments: ['%paths%', '%destination%/'],
  syncType: 'sync',
  absolute: false,
  rootPath: '.',
  // The C program has room for so many words, with the program itself.
  maxArguments: 256,
  firstIteration: 1,
  okCodes: [],
}
