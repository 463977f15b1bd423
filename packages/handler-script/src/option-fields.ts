import { z } from '@clsync/core/handler'
import { durationSchema } from './duration.ts'
import { PRESETS } from './presets/presets.ts'

const commandSchema = z.union([z.string().min(1), z.array(z.string()).min(1).readonly()])

/** Each option by itself. */
export const optionFields = z.strictObject({
  command: commandSchema
    .optional()
    .describe(
      'What is run: the program and its arguments, as a list or as one text that is split at blanks (with quotes, but no shell). `%name%` stands for a value, `%%` for a percent sign.',
    ),
  on: z
    .strictObject({
      create: commandSchema.or(z.literal(false)).optional(),
      update: commandSchema.or(z.literal(false)).optional(),
      delete: commandSchema.or(z.literal(false)).optional(),
      move: commandSchema.optional(),
      initial: commandSchema.or(z.literal(false)).optional(),
    })
    .optional()
    .describe(
      'Other commands for some types of changes; `initial` for all of the first sync. `false` passes over them. With `move`, renames come as such.',
    ),
  input: z
    .enum(['each', 'argv', 'list', 'list0', 'json'])
    .optional()
    .describe(
      'How the command learns the paths: one run for each change, as arguments, as a list with newlines or NULs, or as JSON lines. Default: what the macros of the command need, else `json`.',
    ),
  preset: z
    .enum(PRESETS)
    .optional()
    .describe('A mode of the C clsync: its arguments, lists and macros, so that its handlers run unchanged.'),
  shell: z
    .union([z.boolean(), z.string().min(1)])
    .default(false)
    .describe(
      'The command is the text of a shell script, `true` for /bin/sh. Values reach it as variables and paths as "$@"; nothing is put into its text. Default false.',
    ),
  line: z.string().min(1).optional().describe('What a list holds for each change. Default `%path%`.'),
  destination: z
    .string()
    .min(1)
    .optional()
    .describe('Where it goes, for the command: `%destination%` and `$CLSYNC_DESTINATION`.'),
  label: z.string().optional().describe('Name of this instance: `%label%` and `$CLSYNC_LABEL`. Default: that of the task.'),
  variables: z.record(z.string(), z.string()).default({}).describe('Further macros, by name.'),
  env: z.record(z.string(), z.string()).default({}).describe('Further variables of the environment.'),
  exitCodes: z
    .record(z.string(), z.enum(['ok', 'retry', 'halt']))
    .default({})
    .describe(
      'What an exit code means: `ok`, `retry`, or `halt` until a person acts. Default: 0 is ok, all others and signals are retried.',
    ),
  results: z
    .enum(['none', 'failures', 'all'])
    .default('none')
    .describe(
      'Lines of JSON on stdout say what became of single paths. `failures`: what is not named has the result of the exit code. `all`: what is not named has failed. Default `none`.',
    ),
  timeout: durationSchema
    .optional()
    .describe('A run that takes longer is ended with all that it started, and has failed. Default: none but that of the task.'),
  cwd: z.string().min(1).optional().describe('Working directory of the command. Default: the source.'),
  user: z
    .union([z.string().min(1), z.number().int().nonnegative()])
    .optional()
    .describe('Run as this user. Needs root.'),
  group: z
    .union([z.string().min(1), z.number().int().nonnegative()])
    .optional()
    .describe('Run as this group. Needs root. Default: the first group of `user`.'),
  umask: z
    .union([z.string().regex(/^0?[0-7]{1,3}$/u, 'Write a umask such as 022.'), z.number().int().min(0).max(0o777)])
    .optional()
    .describe('Bits that are taken from the modes of new files, as octal text. Default: that of clsync.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe(
      'Runs at once. With `each`, of one batch: parents still go before children; else batches with paths that do not overlap.',
    ),
  moves: z
    .boolean()
    .optional()
    .describe('Renames come as `move` instead of a delete and a create. Default: only when there is `on.move`.'),
  deletes: z.boolean().default(true).describe('False: deletes are never told.'),
  kinds: z
    .array(z.enum(['file', 'directory', 'symlink', 'other']))
    .default(['file', 'directory', 'symlink'])
    .describe('Kinds of entries that are told; `other` are fifos, sockets and devices. Directories come in any case.'),
  maxChanges: z.number().int().min(1).max(1_000_000).default(1000).describe('Changes in one batch at most. Default 1000.'),
  maxArguments: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Words of one command line at most, with `argv`. Default: what the system takes.'),
  listsDir: z
    .string()
    .min(1)
    .optional()
    .describe('Directory for list files, made when missing. Default: one of its own in the state directory.'),
  keepLists: z.boolean().default(false).describe('List files are not removed after the run.'),
  stdout: z
    .enum(['debug', 'info', 'warn', 'none'])
    .default('info')
    .describe('Level at which lines of stdout are logged. Default `info`.'),
  stderr: z
    .enum(['debug', 'info', 'warn', 'none'])
    .default('warn')
    .describe('Level at which lines of stderr are logged. Default `warn`.'),
})

/** What the other parts work with. */
export type ScriptOptions = z.output<typeof optionFields>
