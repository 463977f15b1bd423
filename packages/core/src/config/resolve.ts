import path from 'node:path'
import { parseOptionPairs, type OptionPair } from '../load/option-pair.ts'
import { loadPlugin } from '../load/plugin.ts'
import { ClsyncError } from '../model/error.ts'
import type { RunSettings } from '../model/run-settings.ts'
import type { Task } from '../model/task.ts'
import { checkConfig } from './check.ts'
import type { Environment } from './environment.ts'
import { findConfigFile, readConfigFile, type ConfigFile } from './find.ts'
import { FLAGS, isOn, listOf, textOf, type Flag, type FlagName, type GivenFlags } from './flag.ts'
import { isPlain, mergeLayers, type Layer, type Merged } from './layer.ts'
import { absolutePath, checkPlaces, checkSource } from './place.ts'
import { PRESETS } from './presets.ts'
import { profileLayers } from './profiles.ts'
import { refuseContradictions } from './refusals.ts'
import { rulesOf } from './task-rules.ts'
import { decideRun, runOption } from './run-option.ts'
import { configSchema, taskSchema, type TaskConfig } from './schema.ts'
import { defaultStateDir, taskStateDir } from './state-dir.ts'
import { remoteHandlerFor, resolveTarget } from './target.ts'
import { draftTargets } from './target-draft.ts'
import { taskValues } from './task-values.ts'

/** Everything that decides what is to be done. */
export interface Request {
  readonly cwd: string
  readonly home: string
  readonly environment: Environment
  /** Of the command line over those of the environment. */
  readonly flags: GivenFlags
  /** Goes below all the rest, but for the defaults. */
  readonly implied?: GivenFlags
  readonly source: string | undefined
  readonly destination: string | undefined
}

export interface Resolution {
  /** Deeply decided and frozen. */
  readonly tasks: readonly Task[]
  readonly run: RunSettings
  /** The config file that was used. */
  readonly file: string | undefined
  /** What is allowed but most likely a mistake, one sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Defaults, then the config file, its profiles, the environment, the flags: the later wins. A source on the command line
 * stands for itself: no config file is searched then, unless one or a profile is named.
 * Throws `CONFIG_*`, `HANDLER_*`, `ROOT_*`, `TARGET*_OVERLAP*`, `STATE_DIR_UNUSABLE`, `RULE_INVALID` or `CLI_USAGE`.
 */
export async function resolveTasks(request: Request): Promise<Resolution> {
  const file = await configFileOf(request)
  if (!file && request.source === undefined) throw nothingToDo(request)
  const fileDirectory = file ? path.dirname(file.path) : request.cwd
  if (file) checkConfig(configSchema, file.values, () => file.path)
  const fileLayers: Layer[] = file ? [{ origin: file.path, directory: fileDirectory, values: file.values }] : []
  const profiles = profileLayers(file, profileNames(request.flags), fileDirectory)
  const { flags, implied = {}, cwd, source } = request
  const layers = [...givenLayers(implied, cwd), ...fileLayers, ...profiles, ...givenLayers(flags, cwd, source)]
  const context: Context = { request, file, layers, warnings: new Set() }
  const names = taskNames(context.layers)
  if (names.length > 1) refusePositionals(request, names)
  const tasks: Task[] = []
  for (const name of names) tasks.push(await resolveTask(name, context))
  const run = resolveRun(context)
  refuseContradictions(run, tasks)
  return { tasks, run, file: file?.path, warnings: [...context.warnings] }
}

interface Context {
  readonly request: Request
  readonly file: ConfigFile | undefined
  readonly layers: readonly Layer[]
  /** Filled as tasks are resolved. */
  readonly warnings: Set<string>
}

async function configFileOf({ flags, cwd, home, source }: Request): Promise<ConfigFile | undefined> {
  const named = textOf(flags, 'config')
  if (named !== undefined) return readConfigFile(absolutePath(named, cwd, home))
  return source === undefined || flags.profile ? findConfigFile(cwd, home) : undefined
}

function profileNames(flags: GivenFlags): string[] {
  return listOf(flags, 'profile').flatMap((names) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
}

/** One layer for each flag that sets a config option, so that messages can name it. */
function givenLayers(flags: GivenFlags, cwd: string, source?: string): Layer[] {
  const layers: Layer[] = source === undefined ? [] : [{ origin: 'the command line', directory: cwd, values: { source } }]
  for (const [name, { sets, as }] of Object.entries<Flag>(FLAGS)) {
    const given = flags[name as FlagName] // the table's own key
    if (!given || !sets) continue
    if (given.value === false && as !== undefined) continue // one of several choices that is not taken
    const value = as ?? given.value
    const values = sets.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Layer['values'] // `sets` is never empty
    layers.push({ origin: given.origin, directory: cwd, values })
  }
  return layers
}

/** `undefined` stands for the one task of a config without `tasks`. */
function taskNames(layers: readonly Layer[]): (string | undefined)[] {
  const names = new Set(layers.flatMap(({ values }) => (isPlain(values['tasks']) ? Object.keys(values['tasks']) : [])))
  return names.size === 0 ? [undefined] : [...names]
}

async function resolveTask(name: string | undefined, { request, file, layers, warnings }: Context): Promise<Task> {
  const { cwd, home, environment, flags } = request
  const merged = mergeLayers(withPreset(layers.map((layer) => forTask(layer, name))))
  const { stateDir, profiles: _profiles, run: _ofTheProcess, ...values } = merged.values
  const origin = (at: readonly PropertyKey[]): string => merged.sourceOf(at)?.origin ?? file?.path ?? 'the command line'
  const config = checkConfig(taskSchema, values, (at) => `${origin(at)}${name === undefined ? '' : `, task "${name}"`}`)
  if (config.source === undefined) throw noSource(name, file)

  const source = absolutePath(config.source, directoryOf(merged, 'source', cwd), home)
  checkSource(source, origin(['source']))
  const drafts = draftTargets({ config, merged, request, pairs: pairsOf(flags, cwd), origin: origin(['targets']) })
  const targets = []
  for (const draft of drafts) targets.push(await resolveTarget(draft, home))
  const base =
    typeof stateDir === 'string'
      ? absolutePath(stateDir, directoryOf(merged, 'stateDir', cwd), home)
      : defaultStateDir(environment, home)
  checkPlaces(
    source,
    targets.flatMap(({ local }) => local ?? []),
    base,
  )

  const pathOf = (option: 'pauseFile' | 'rulesFile'): string | undefined => {
    const given = config[option]
    return given === undefined ? undefined : absolutePath(given, directoryOf(merged, option, cwd), home)
  }
  const rules = rulesOf(config, flags, source, pathOf('rulesFile'))
  for (const warning of rules.warnings) warnings.add(warning)
  const taskName = name ?? config.label ?? (path.basename(source) || 'root')
  // As it was named: when a link on the way leads elsewhere one day, it is still this task that meets another source.
  const identity = [taskName, source, ...(file ? [] : [commandLineIdentity(request)])]
  return Object.freeze({
    name: taskName,
    label: config.label ?? taskName,
    source,
    stateDir: taskStateDir(base, taskName, identity),
    targets: Object.freeze(targets.map(({ spec }) => spec)),
    rules,
    ...taskValues(config, pathOf),
    accept: isOn(flags, 'accept'),
    dryRun: isOn(flags, 'dry-run'),
    plugins: Object.freeze(await loadPlugins(config, merged, cwd)),
  })
}

function resolveRun({ layers, request: { cwd, home }, file }: Context): RunSettings {
  const merged = mergeLayers(layers.map(({ values, ...source }) => ({ ...source, values: { run: values['run'] } })))
  const origin = (at: readonly PropertyKey[]): string =>
    merged.sourceOf(['run', ...at])?.origin ?? file?.path ?? 'the command line'
  const given = checkConfig(runOption.optional(), merged.values['run'], origin)
  const directory = (option: string): string => merged.sourceOf(['run', option])?.directory ?? cwd
  return decideRun(given, (option, file) => absolutePath(file, directory(option), home))
}

/** What a preset says goes below all the rest. */
function withPreset(layers: readonly Layer[]): readonly Layer[] {
  const preset = layers.findLast(({ values }) => values['preset'] !== undefined)
  const name = preset?.values['preset']
  if (preset === undefined || typeof name !== 'string' || !Object.hasOwn(PRESETS, name)) return layers
  return [{ ...preset, origin: `preset "${name}"`, values: PRESETS[name as keyof typeof PRESETS] }, ...layers]
}

/** What the layer says for one task: its top, then what it has below `tasks`. */
function forTask({ values, ...source }: Layer, name: string | undefined): Layer {
  const { tasks, ...top } = values
  const own = isPlain(tasks) && name !== undefined ? tasks[name] : undefined
  return {
    ...source,
    values: isPlain(own)
      ? mergeLayers([
          { ...source, values: top },
          { ...source, values: own },
        ]).values
      : top,
  }
}

function directoryOf(merged: Merged, option: string, cwd: string): string {
  return merged.sourceOf([option])?.directory ?? cwd
}

function pairsOf(flags: GivenFlags, cwd: string): OptionPair[] {
  const trash = textOf(flags, 'trash')
  const pairs = parseOptionPairs(listOf(flags, 'option'))
  return trash === undefined ? pairs : [...pairs, { path: ['trash'], meanings: [path.resolve(cwd, trash)] }]
}

/** Two command lines with one source and different targets must not share what they know. */
function commandLineIdentity({ flags, destination, cwd }: Request): string {
  const place =
    destination !== undefined && remoteHandlerFor(destination) === undefined ? path.resolve(cwd, destination) : destination
  // Without a destination only the options say where it goes; with one they may change freely.
  return JSON.stringify([textOf(flags, 'handler') ?? '', place ?? listOf(flags, 'option')])
}

async function loadPlugins({ plugins = [] }: TaskConfig, merged: Merged, cwd: string) {
  const source = merged.sourceOf(['plugins']) ?? { origin: 'the config', directory: cwd }
  const naming = { from: source.directory, origin: source.origin }
  return Promise.all(plugins.map(async (plugin) => (typeof plugin === 'string' ? loadPlugin(plugin, naming) : plugin)))
}

function refusePositionals({ source }: Request, names: readonly (string | undefined)[]): void {
  if (source === undefined) return
  throw new ClsyncError('CLI_USAGE', {
    message: `The config has ${names.length} tasks, so a source on the command line says nothing.`,
    why: `Its tasks are ${names.join(', ')}.`,
    fix: 'Leave out the source, or the config.',
  })
}

function noSource(name: string | undefined, file: ConfigFile | undefined): ClsyncError {
  return new ClsyncError('CONFIG_INVALID', {
    message: name === undefined ? 'There is no source.' : `Task "${name}" has no source.`,
    ...(file && { why: `In ${file.path}.` }),
    fix: "Add `source: './directory'`, or name it on the command line.",
  })
}

function nothingToDo({ cwd }: Request): ClsyncError {
  return new ClsyncError('CONFIG_NOT_FOUND', {
    message: 'There is no source, and no config file was found.',
    why: `Looked for clsync.config.ts, .clsyncrc and their kin in ${cwd} and above, up to the root of the project.`,
    fix: 'Name a source and a destination: clsync ./data /backup/data',
  })
}
