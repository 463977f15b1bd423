import fs from 'node:fs'
import path from 'node:path'
import { refuse } from '@clsync/core/handler'
import type { Command } from './command.ts'
import { refuseStart } from './failure.ts'
import type { ScriptOptions } from './option-fields.ts'
import { shellOf } from './plan.ts'

/** Refuses a command whose program is not there, before any change waits for it. A program that is a macro is looked for when it is run. */
export function checkProgram({ words, text }: Command, options: ScriptOptions, root: string): void {
  const program = text === undefined ? words[0] : shellOf(options)
  if (program === undefined || program.includes('%')) return
  const cwd = options.cwd ?? root
  if (program.includes('/')) return checkFile(path.resolve(cwd, program), program)
  const folders = (options.env['PATH'] ?? process.env['PATH'] ?? DEFAULT_PATH).split(path.delimiter)
  if (folders.some((folder) => isExecutable(path.resolve(cwd, folder, program)))) return
  throw refuse({
    message: `The command "${program}" was not found in PATH (${folders.join(path.delimiter)}).`,
    fix: 'Install it, or give its whole path in the option command; then resume or restart.',
  })
}

const DEFAULT_PATH = '/usr/bin:/bin'

function checkFile(file: string, program: string): void {
  try {
    fs.accessSync(file, fs.constants.X_OK)
  } catch (error) {
    throw refuseStart(program, error)
  }
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}
