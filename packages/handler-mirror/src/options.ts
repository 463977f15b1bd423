import { z } from '@clsync/core/handler'

/** What a user may say about a mirror target. */
export const mirrorOptions = z.strictObject({
  destination: z
    .string()
    .min(1)
    .describe(
      'Directory that becomes the copy. Relative to the working directory; made when missing; may be a symbolic link to one.',
    ),
  trash: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Directory on the same file system. What is deleted or overwritten goes there, under a folder named by date and time, with its path kept. Default: nothing is kept.',
    ),
  hardLinks: z
    .boolean()
    .default(false)
    .describe('Files that are one file under several names in the source are linked at the target too, instead of copied.'),
  xattrs: z
    .boolean()
    .default(false)
    .describe('Carries extended attributes and POSIX access lists. Linux only; needs the optional package koffi.'),
})

export type MirrorOptions = z.output<typeof mirrorOptions>
