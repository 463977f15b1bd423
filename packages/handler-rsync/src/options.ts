import { z } from '@clsync/core/handler'
import { parseDestination } from './destination.ts'

const ssh = z
  .strictObject({
    command: z.string().min(1).default('ssh').describe('The ssh program.'),
    user: z.string().min(1).optional().describe('User on the other host; also user@host in the destination.'),
    port: z.int().min(1).max(65535).optional().describe('Port; also ssh://host:port/path.'),
    identityFile: z.string().min(1).optional().describe('Private key file.'),
    jumpHost: z.string().min(1).optional().describe('Goes through this host, as `ssh -J`.'),
    configFile: z.string().min(1).optional().describe('Instead of ~/.ssh/config, as `ssh -F`.'),
    options: z
      .record(z.string().regex(/^[A-Za-z]+$/u), z.string())
      .default({})
      .describe('Options as in ssh_config, such as { ServerAliveInterval: "30" }.'),
  })
  .prefault({})

/** What a user may say about an rsync target. */
export const rsyncOptions = z.strictObject({
  destination: z
    .string()
    .min(1)
    .superRefine((text, issues) => {
      try {
        parseDestination(text)
      } catch (error) {
        issues.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      }
    })
    .describe(
      'A directory, [user@]host:path, ssh://[user@]host[:port]/path, host::module/path or rsync://host[:port]/module/path.',
    ),
  rsyncPath: z.string().min(1).default('rsync').describe('The rsync program here.'),
  remoteRsyncPath: z.string().min(1).optional().describe('The rsync program on the other host, as `--rsync-path`.'),
  minimumVersion: z
    .string()
    .regex(/^\d+\.\d+(?:\.\d+)?$/u)
    .default('3.1.3')
    .describe('The oldest rsync to run here.'),
  ssh: ssh.describe('How the other host is reached; what is not said here stands in your ssh config.'),
  shell: z
    .boolean()
    .default(true)
    .describe(
      'Small changes, renames and deletions go without rsync: by clsync itself in a local directory, elsewhere through a shell that is kept open. Needs GNU coreutils there.',
    ),
  marker: z
    .boolean()
    .default(true)
    .describe(
      'Where no shell can be had, as with a daemon: a small file .clsync-target at the target tells it from another directory.',
    ),
  delete: z
    .enum(['always', 'never', 'startup', 'running'])
    .default('always')
    .describe(
      'When what the source has lost is deleted at the target: in the first pass only (startup), after it only (running).',
    ),
  permissions: z.boolean().default(true).describe('Carries permission bits.'),
  owner: z.boolean().default(true).describe('Carries owners, where the receiving user may.'),
  group: z.boolean().default(true).describe('Carries groups, where the receiving user may.'),
  numericIds: z.boolean().default(false).describe('Owners and groups by number, not by name.'),
  chmod: z.string().min(1).optional().describe('Changes permissions on the way, as `--chmod`.'),
  chown: z.string().min(1).optional().describe('Owner and group of everything at the target, as `--chown`.'),
  hardLinks: z.boolean().default(false).describe('Files of one batch that are one file in the source are linked at the target.'),
  acls: z.boolean().default(false).describe('Carries access lists.'),
  xattrs: z.boolean().default(false).describe('Carries extended attributes.'),
  sparse: z.boolean().default(false).describe('Makes holes at the target.'),
  inplace: z.boolean().default(false).describe('Writes into the file itself. Readers may see half of it.'),
  append: z.boolean().default(false).describe('Sends only what files have grown by, and checks the rest, as `--append-verify`.'),
  checksum: z.boolean().default(false).describe('At the first sync, compares content instead of size and time.'),
  compress: z
    .union([z.boolean(), z.enum(['zstd', 'lz4', 'zlib', 'zlibx'])])
    .default(false)
    .describe('Compresses on the way.'),
  bwlimit: z
    .string()
    .regex(/^\d+(?:\.\d+)?[A-Za-z]*$/u)
    .optional()
    .describe('Most that is sent a second, as `--bwlimit`: "2M".'),
  partialDir: z.string().min(1).optional().describe('Where files that were cut off wait, as `--partial-dir`.'),
  tempDir: z.string().min(1).optional().describe('Where new files are written first, as `--temp-dir`.'),
  backupDir: z.string().min(1).optional().describe('What is overwritten or deleted goes there, as `--backup-dir`.'),
  suffix: z.string().min(1).optional().describe('Added to names in backupDir; without backupDir, backups lie beside the files.'),
  protectedPaths: z
    .array(z.string().min(1))
    .default([])
    .describe('Paths below the root that are never changed at the target, with all below them.'),
  passwordFile: z.string().min(1).optional().describe('Holds the password for an rsync daemon, as `--password-file`.'),
  extraArguments: z.array(z.string().min(1)).default([]).describe('Given to rsync as they are, after all others.'),
  parallel: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe(
      'Batches at once, with paths that have nothing to do with each other. Without a shell, as with a daemon, always 1.',
    ),
  stallSeconds: z.number().positive().default(300).describe('A run that does nothing for so long is ended and tried again.'),
})

export type RsyncOptions = z.output<typeof rsyncOptions>

/** Whether files arrive as they are in the source, so that it does not take rsync to bring them. */
export function isPlain(options: RsyncOptions): boolean {
  const { permissions, owner, group, chmod, chown, acls, xattrs, sparse, inplace, append, bwlimit, tempDir, partialDir } = options
  const { extraArguments } = options
  const changed = [chmod, chown, bwlimit, tempDir, partialDir].some((option) => option !== undefined)
  return (
    permissions &&
    owner &&
    group &&
    !changed &&
    !acls &&
    !xattrs &&
    !sparse &&
    !inplace &&
    !append &&
    !keepsBackups(options) &&
    extraArguments.length === 0
  )
}

/** Whether what is overwritten or deleted is kept, which rsync does. */
export function keepsBackups({ backupDir, suffix }: RsyncOptions): boolean {
  return backupDir !== undefined || suffix !== undefined
}
