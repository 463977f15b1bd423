import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { flagsFromEnvironment } from '../config/environment.ts'
import { isOn, textOf, type GivenFlags } from '../config/flag.ts'
import { ClsyncError, isClsyncError } from '../model/error.ts'
import { createLogger, type Level } from '../observe/log.ts'
import { createTerminal } from '../observe/terminal.ts'
import { parseArguments, type Arguments } from './args.ts'
import { processIo, type Io } from './io.ts'
import { reportError } from './report.ts'
import { goToBackground, isInBackground, tellBegun } from './background.ts'
import { openOutput } from './output.ts'
import { writePidFile } from './pid-file.ts'
import { openStatusFile } from './status-file.ts'
import { helpText, shortUsage } from './usage.ts'

/** Runs the command line `argv` (without node and script) and returns the exit code; see docs/cli.md. Never throws. */
export async function main(argv: readonly string[], overrides: Partial<Io> = {}): Promise<number> {
  const io: Io = { ...processIo(), ...overrides }
  // Errors before the format is known are told in the way that is asked for most plainly.
  let format: Format = argv.includes('--log-format=json') || io.environment['CLSYNC_LOG_FORMAT'] === 'json' ? 'json' : 'pretty'
  try {
    if (argv[0] === 'import') return (await import('./import.ts')).importConfig(argv.slice(1), io)
    // A command for what is a run with two flags.
    const given = parseArguments(argv[0] === 'verify' ? ['--once', '--verify', ...argv.slice(1)] : argv)
    if (isOn(given.flags, 'help')) return print(io, helpText())
    if (isOn(given.flags, 'version')) return print(io, `${version()}\n`)
    const flags: GivenFlags = { ...flagsFromEnvironment(io.environment), ...given.flags }
    format = formatOf(flags, format)
    return await run({ ...given, flags }, format, io, argv)
  } catch (error) {
    if (isClsyncError(error) && error.code === 'CONFIG_NOT_FOUND' && argv.length === 0 && format === 'pretty') {
      io.stderr.write(shortUsage())
      return 2
    }
    return reportError(error, { stream: io.stderr, environment: io.environment, format })
  }
}

type Format = 'pretty' | 'json'

function print(io: Io, text: string): number {
  io.stdout.write(text)
  return 0
}

async function run(
  { source, destination, flags, implied }: Arguments,
  format: Format,
  io: Io,
  argv: readonly string[],
): Promise<number> {
  refuseUnknownWord(source, io.cwd)
  // Loaded late, so that `--version` and usage errors come at once.
  const [{ resolveTasks }, { runTasks }] = await Promise.all([import('../config/resolve.ts'), import('./run.ts')])
  const { runFullSync } = await import('./full-sync.ts')
  const { cwd, home, environment } = io
  const {
    tasks,
    run: settings,
    file,
    warnings,
  } = await resolveTasks({ cwd, home, environment, flags, implied, source, destination })
  if (settings.background && !isInBackground(environment)) return goToBackground(argv, io)
  const label = textOf(flags, 'label') ?? tasks[0]?.label ?? 'clsync'
  const output = openOutput(settings.logTo, io, label)
  const terminal = createTerminal(output.stream, environment)
  const { hasPriorities } = output
  const log = createLogger({ terminal, clock: io.clock, format, level: levelOf(flags), hasPriorities })
  if (file !== undefined) log.debug(`config ${file}`)
  for (const warning of warnings) log.warn(warning)
  const showProgress = !isOn(flags, 'quiet') && !(format === 'json' && terminal.isLive)
  const statusFile = settings.statusFile === undefined ? undefined : openStatusFile(settings.statusFile, log)
  const options = {
    ...{ tasks, label, log, terminal, showProgress, io, statusFile },
    settings: isOn(flags, 'dry-run') && settings.mode === 'live' ? { ...settings, mode: 'once' as const } : settings,
    ...(settings.background && { begun: tellBegun }),
    nameTasks: format === 'json' || tasks.length > 1,
  }
  let removePidFile: (() => void) | undefined
  try {
    if (settings.pidFile !== undefined) removePidFile = writePidFile(settings.pidFile)
    return (await runFullSync(options)) ?? (await runTasks(options))
  } finally {
    statusFile?.remove()
    removePidFile?.()
    await output.close()
  }
}

function levelOf(flags: GivenFlags): Level {
  if (isOn(flags, 'verbose')) return 'debug'
  return isOn(flags, 'quiet') ? 'warn' : 'info'
}

function formatOf(flags: GivenFlags, fallback: Format): Format {
  const format = textOf(flags, 'log-format')
  if (format === undefined) return fallback
  if (format === 'pretty' || format === 'json') return format
  throw new ClsyncError('CLI_USAGE', {
    message: `${flags['log-format']?.origin} is "${format}".`,
    fix: 'Write pretty or json.',
  })
}

/** A bare word that is no directory is most likely meant as a command. */
function refuseUnknownWord(source: string | undefined, cwd: string): void {
  if (source === undefined || /[/\\.~]/u.test(source) || existsSync(path.resolve(cwd, source))) return
  throw new ClsyncError('CLI_USAGE', {
    message: `"${source}" is neither a command nor a directory here.`,
    why: `Looked for ${path.resolve(cwd, source)}.`,
    fix: 'Name the directory to sync, as in: clsync ./data /backup/data. clsync --help lists every option.',
  })
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version // our own file
}
