import { z } from 'zod'
import type { Handler } from '../handler.ts'
import { PRESET_NAMES } from './presets.ts'
import { runOption } from './run-option.ts'
import { countOption, durationOption, parseShare, shareOption, sizeOption, type Share } from './units.ts'
import { signatureOption } from './signature-option.ts'
import { rulesFields } from '../rules/rule.ts'
import type { TypedPlugin, UsedHandler } from './written.ts'

const handlerOption = z
  .custom<Handler | string>((given) => typeof given === 'string' || hasMethod(given, 'setup'), {
    error: 'expected a handler, the name of a package, or a path such as "./my-handler.ts"',
  })
  .meta({ accepts: 'a handler, a package name or a path' })

const optionsOption = z.record(z.string(), z.unknown())

const targetOption = z.union([
  z.string().min(1),
  z.strictObject({
    handler: handlerOption.optional().describe('The handler, its package or its path. Default: the embedded mirror.'),
    destination: z.string().optional().describe('Short for the option `destination` of the handler.'),
    options: optionsOption.optional().describe('Options of the handler.'),
  }),
])

const scheduleOption = z.strictObject({
  delay: durationOption()
    .optional()
    .describe('Collect window: from the first change on, everything within it goes in one batch. 0: at once.'),
  settle: durationOption().optional().describe('A file must have been quiet for this long before it is sent.'),
  maxWait: durationOption().optional().describe('However busy a path is, it is sent this long after its first change.'),
  minInterval: durationOption()
    .optional()
    .describe(
      'Time between the starts of two rounds of a target, at least. What is due together is one round, in however many batches.',
    ),
  bigFile: z
    .strictObject({
      threshold: z
        .literal('off')
        .or(sizeOption())
        .meta({ accepts: 'a size, `off`' })
        .optional()
        .describe('Files above this size wait for `bigFile.delay`. `off`: none does.'),
      delay: durationOption().optional().describe('Collect window of big files.'),
    })
    .optional()
    .describe('A longer window for big files. Off unless given.'),
})

const retryOption = z.strictObject({
  min: durationOption().optional().describe('First wait after a failure; it doubles with each further one.'),
  max: durationOption().optional().describe('Longest wait between two attempts.'),
  attempts: countOption(0)
    .optional()
    .describe(
      'A target gives up, with all that is left kept for the next start, when something has failed this often. 0: never.',
    ),
})

const maxDeleteOption = z
  .union(
    [
      z.custom<Share | 'off'>((given) => given === 'off' || parseShare(given) !== undefined),
      z.strictObject({
        share: shareOption().optional().describe('Share of the entries known.'),
        above: z.number().int().min(0).optional().describe('Trees with no more entries than this are never held.'),
      }),
    ],
    { error: 'expected a share such as 0.5 or "50%", "off", or { share, above }' },
  )
  .transform((given) => (typeof given === 'object' ? given : { share: given === 'off' ? 1 : (parseShare(given) ?? 1) }))
  .meta({ accepts: 'a share such as 0.5 or "50%", `"off"`, or `{ share, above }`' })

const pluginOption = z
  .custom<TypedPlugin | string>((given) => typeof given === 'string' || hasMethod(given, 'apply'), {
    error: 'expected a plugin with `name` and `apply`, the name of a package, or a path',
  })
  .meta({ accepts: 'a plugin, a package name or a path' })

/** What a task can be told; all of it may also stand at the top of a config, where it holds for every task. */
const TASK_OPTIONS = {
  source: z.string().min(1).optional().describe('The directory to watch. Relative to the config file.'),
  targets: z
    .record(z.string().min(1), targetOption)
    .optional()
    .describe('Where it goes: by name, `use(handler, options)`, `{ handler, options }`, or the path of a local directory.'),
  handler: handlerOption.optional().describe('Short for a single target: its handler. Not together with `targets`.'),
  options: optionsOption.optional().describe('Short for a single target: the options of its handler.'),
  destination: z
    .string()
    .min(1)
    .optional()
    .describe('Short for a single target: its option `destination`; without `handler` a local directory.'),
  rules: rulesFields.rules.describe('What is wanted, in the notation of .gitignore; the last rule that matches decides.'),
  gitignore: rulesFields.gitignore.describe('Honour the `.gitignore` files of the tree.'),
  clsyncignore: rulesFields.clsyncignore.describe('Honour `.clsyncignore` files, which win over a `.gitignore` beside them.'),
  rulesFile: z
    .string()
    .min(1)
    .optional()
    .describe('Rules as the C clsync has them; the `rules` go over them. Relative to the config file.'),
  fullInitialSync: z
    .boolean()
    .optional()
    .describe('The first sync of each run brings what the rules leave out, too; changes of that are not followed.'),
  oneFileSystem: z
    .boolean()
    .optional()
    .describe('What is mounted below the source is left out; the mount points are synced as empty directories.'),
  excludeMountPoints: z.boolean().optional().describe('As `oneFileSystem`, and the mount points are left out as well.'),
  modificationSignature: signatureOption
    .optional()
    .describe('A known file has changed only when one of these fields has. Default: whatever changes, or may have.'),
  schedule: scheduleOption.optional().describe('When changes are sent.'),
  retry: retryOption.optional().describe('How long to wait after failures.'),
  timeout: durationOption().optional().describe('A batch that takes longer is aborted and retried.'),
  monitor: z
    .enum(['auto', 'inotify', 'fanotify', 'parcel', 'poll'])
    .optional()
    .describe('Where hints about changes come from. `auto` picks by platform, rights and size, and says why.'),
  pollInterval: durationOption()
    .optional()
    .describe('How often everything is looked at by the `poll` monitor, or a directory for which no watch could be had.'),
  scrubInterval: durationOption()
    .optional()
    .describe('How often the background comparison of tree and disk has been through everything. 0: never.'),
  maxDelete: maxDeleteOption
    .optional()
    .describe('A batch that would delete more than this share of the tree has its deletes held until a person accepts them.'),
  extraneous: z
    .enum(['keep', 'delete'])
    .optional()
    .describe('What to do at first contact with entries that the target has and the source lacks.'),
  initial: z
    .enum(['diff', 'verify', 'full', 'skip'])
    .optional()
    .describe(
      'The first sync of a run: what differs from what is known (`diff`), also what has changed at the target (`verify`), everything (`full`), or, at first contact with a target, nothing (`skip`).',
    ),
  pauseFile: z
    .string()
    .min(1)
    .optional()
    .describe('While this file exists nothing is sent, and changes are remembered. Relative to the config file.'),
  label: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the task in logs and for scripts; without it the last part of the source.'),
  preset: z
    .enum(PRESET_NAMES)
    .optional()
    .describe('`clsync` has the defaults of the C clsync; all else that is said goes over it.'),
  plugins: z.array(pluginOption).optional().describe('Plugins that tap the hooks of the engine.'),
}

const stateDirOption = z.string().min(1).optional().describe('Where clsync keeps what it knows. Relative to the config file.')

/** Options of one task, checked. */
export const taskSchema = z.strictObject(TASK_OPTIONS)

const tasksOption = z
  .record(z.string().min(1), taskSchema)
  .optional()
  .describe('Several tasks, by name. Each has what stands at the top, and its own options over it.')

const runDescribed = runOption.optional().describe('How the process runs; once for all tasks.')

const profileSchema = z.strictObject({
  ...TASK_OPTIONS,
  tasks: tasksOption,
  run: runDescribed,
  stateDir: stateDirOption,
  extends: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Profiles that come before this one.'),
})

/** A whole config file. */
export const configSchema = z.strictObject({
  ...TASK_OPTIONS,
  tasks: tasksOption,
  run: runDescribed,
  stateDir: stateDirOption,
  profiles: z
    .record(z.string().min(1), profileSchema)
    .optional()
    .describe('Named changes to this config, chosen with `--profile`.'),
})

/** What a config file holds, as users write it. */
export type UserConfig = z.input<typeof configSchema>
/** Options of one task after the check: durations in milliseconds, sizes in bytes. */
export type TaskConfig = z.output<typeof taskSchema>
/** How a target may be written. */
export type TargetConfig = z.input<typeof targetOption> | UsedHandler

function hasMethod(given: unknown, name: string): boolean {
  return typeof given === 'object' && given !== null && typeof Reflect.get(given, name) === 'function'
}
