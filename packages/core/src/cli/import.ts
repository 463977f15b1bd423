import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { importClsyncConf } from '../import/clsync-conf.ts'
import { configText, type Import } from '../import/config-text.ts'
import { importLsyncdConf } from '../import/lsyncd-conf.ts'
import { countText } from '../observe/amount.ts'
import { ClsyncError } from '../model/error.ts'
import type { Io } from './io.ts'

/**
 * `clsync import FILE [--block NAME] [--to FILE]`: writes a config that does what another program's does, and says what could not be
 * carried over. An existing file is never overwritten. Throws `IMPORT_INVALID` or `CLI_USAGE`.
 */
export function importConfig(argv: readonly string[], { cwd, stdout }: Io): number {
  const { file, block, to } = readArguments(argv)
  const from = path.resolve(cwd, file)
  const text = readText(from)
  const made =
    /^\s*\[[^\]\n]+\]/mu.test(text.replaceAll(/^\s*#.*$/gmu, '')) && !/\bsync\s*[({]/u.test(text)
      ? importClsyncConf(text, path.basename(from), block)
      : importLsyncdConf(text, path.basename(from), (named) => tryRead(path.resolve(path.dirname(from), named)))
  const target = path.resolve(cwd, to ?? 'clsync.config.ts')
  if (existsSync(target)) {
    throw new ClsyncError('CLI_USAGE', {
      message: `${target} is there already.`,
      fix: 'Move it away, or name another file with --to.',
    })
  }
  writeFileSync(target, configText(made))
  stdout.write(summary(made, target))
  return 0
}

function readArguments(argv: readonly string[]): { readonly file: string; readonly block?: string; readonly to?: string } {
  const usage = 'Write: clsync import clsync.conf [--block NAME] [--to FILE], or: clsync import lsyncd.conf.lua [--to FILE].'
  let parsed
  try {
    parsed = parseArgs({
      args: [...argv],
      options: { block: { type: 'string' }, to: { type: 'string' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw new ClsyncError('CLI_USAGE', { message: (error as Error).message, fix: usage, cause: error })
  }
  const [file, ...rest] = parsed.positionals
  if (file === undefined || rest.length > 0)
    throw new ClsyncError('CLI_USAGE', { message: 'Expected one config to import.', fix: usage })
  const { block, to } = parsed.values
  return { file, ...(block !== undefined && { block }), ...(to !== undefined && { to }) }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ClsyncError('IMPORT_INVALID', {
      message: `${file} cannot be read.`,
      why: (cause as Error).message,
      fix: 'Correct the path.',
      cause,
    })
  }
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function summary({ tasks, lost, needless }: Import, target: string): string {
  const list = (head: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${head}\n${lines.map((line) => `  ${line}\n`).join('')}`
  return [
    `Wrote ${target} with ${countText(tasks.length, 'task')}.\n`,
    list('Could not be carried over:', lost),
    list('Not needed any more:', needless),
    `Look at it, then try: clsync --config ${target} --dry-run\n`,
  ].join('')
}
