import { ClsyncError } from '../model/error.ts'
import type { OptionPair } from '../load/option-pair.ts'
import { invalidConfig } from './check.ts'
import { textOf, type GivenFlags } from './flag.ts'
import type { Merged, Source } from './layer.ts'
import type { TaskConfig } from './schema.ts'
import type { TargetDraft } from './target.ts'

export interface DraftQuestion {
  readonly config: TaskConfig
  readonly merged: Merged
  readonly request: { readonly cwd: string; readonly flags: GivenFlags; readonly destination: string | undefined }
  /** Handler options of the command line. */
  readonly pairs: readonly OptionPair[]
  /** Who is asked for targets when there are none. */
  readonly origin: string
}

/**
 * The targets as the config and the command line together want them: `--handler` stands for a target of its own, a
 * destination or options alone change the only target of the config. Throws `CONFIG_INVALID` or `CLI_USAGE`.
 */
export function draftTargets(question: DraftQuestion): TargetDraft[] {
  const { config, merged, request, pairs, origin } = question
  const given = request.flags.handler
  const commandLine: Source = { origin: given?.origin ?? 'the command line', directory: request.cwd }
  const handler = textOf(request.flags, 'handler')
  if (handler !== undefined) {
    return [
      { name: '', handler, destination: request.destination, options: {}, pairs, pairsFrom: request.cwd, source: commandLine },
    ]
  }
  const drafts = configTargets(config, merged, request.cwd)
  if (request.destination === undefined && pairs.length === 0) return required(drafts, origin)
  if (drafts.length > 1) throw severalTargets(drafts, request.destination)
  const only = drafts[0]
  if (!only && request.destination === undefined) return required(drafts, origin)
  const base = only ?? { name: '', handler: undefined, destination: undefined, options: {}, source: commandLine }
  return [{ ...base, ...destinationOver(base, request.destination, commandLine), pairs, pairsFrom: request.cwd }]
}

/** The destination of the command line starts from the working directory, whatever the rest of the target starts from. */
function destinationOver(
  base: { readonly handler: TargetDraft['handler'] },
  destination: string | undefined,
  commandLine: Source,
) {
  if (destination === undefined) return {}
  return base.handler === undefined ? { destination, source: commandLine } : { destination }
}

function configTargets(config: TaskConfig, merged: Merged, cwd: string): TargetDraft[] {
  const sourceOf = (...at: string[]): Source => merged.sourceOf(at) ?? { origin: 'the command line', directory: cwd }
  const common = { pairs: [], pairsFrom: cwd }
  const { targets, handler, options, destination } = config
  if (targets && (handler !== undefined || options !== undefined || destination !== undefined)) {
    const extra = handler !== undefined ? 'handler' : options !== undefined ? 'options' : 'destination'
    const text = `${extra}: stands for a single target, so it cannot be given together with \`targets\``
    throw invalidConfig([{ path: [extra], text }], (at) => sourceOf(...at.map(String)).origin)
  }
  if (!targets) {
    if (handler === undefined && destination === undefined) return []
    return [
      { name: '', handler, destination, options, source: sourceOf(handler === undefined ? 'destination' : 'handler'), ...common },
    ]
  }
  return Object.entries(targets).map(([name, target]) => {
    const source = sourceOf('targets', name)
    if (typeof target === 'string') return { name, handler: undefined, destination: target, options: {}, source, ...common }
    return { name, handler: target.handler, destination: target.destination, options: target.options, source, ...common }
  })
}

function required(drafts: TargetDraft[], origin: string): TargetDraft[] {
  if (drafts.length > 0) return drafts
  const commandLine = origin === 'the command line'
  throw new ClsyncError(commandLine ? 'CLI_USAGE' : 'CONFIG_INVALID', {
    message: 'There is a source but no target: nowhere to sync to.',
    ...(!commandLine && { why: `Looked in ${origin}.` }),
    fix: commandLine
      ? 'Name a destination, or a handler with --handler.'
      : "Add for example `targets: { backup: '/backup/data' }`, or name a destination on the command line.",
  })
}

function severalTargets(drafts: readonly TargetDraft[], destination: string | undefined): ClsyncError {
  const names = drafts.map(({ name }) => name).join(', ')
  return new ClsyncError('CLI_USAGE', {
    message: `The config has ${drafts.length} targets, so it is not clear which one ${destination === undefined ? 'an option' : `"${destination}"`} is for.`,
    why: `Its targets are ${names}.`,
    fix: 'Change them with a profile, or give --handler as well for a target of its own.',
  })
}
