import fs from 'node:fs'
import path from 'node:path'
import type { HandlerContext } from '@clsync/core/handler'
import { commandText, type Purpose, rsyncArguments } from './arguments.ts'
import { readComplaints, type Complaint } from './complaints.ts'
import { prepareSkeleton, skeletonIn } from './deletion-filter.ts'
import { receivingDirectory } from './destination.ts'
import { runFailure, startFailure } from './failure.ts'
import type { RsyncOptions } from './options.ts'
import type { Orphans } from './orphans.ts'
import { bytesOf, rawPath } from './path.ts'
import { run } from './run.ts'
import type { Target } from './target.ts'

export interface RsyncSettings {
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly target: Target
  readonly orphans: Orphans | undefined
}

/** Runs rsync for lists of paths. */
export class Rsync {
  readonly #settings: RsyncSettings
  #needsFilter = false

  constructor(settings: RsyncSettings) {
    this.#settings = settings
  }

  /** The command that would be run, for people. */
  text(purpose: Purpose, source: string): string {
    return commandText(this.#settings.options.rsyncPath, this.#arguments(purpose, source))
  }

  /** Deletes the paths, however the receiver can. */
  async delete(paths: readonly string[], signal: AbortSignal): Promise<Complaint[]> {
    const { stateDir } = this.#settings.context
    if (!this.#needsFilter) {
      const empty = path.join(stateDir, 'empty')
      fs.mkdirSync(empty, { recursive: true })
      try {
        return await this.run('delete', empty, paths, signal)
      } catch (error) {
        if (!/delete-missing-args|invalid path from sender/u.test(messageOf(error))) throw error
        this.#needsFilter = true
      }
    }
    return this.run('filter', skeletonIn(stateDir), paths, signal)
  }

  /** Brings or deletes the paths and returns what rsync complained about. Throws when the run has failed as a whole. */
  async run(purpose: Purpose, source: string, paths: readonly string[], signal: AbortSignal): Promise<Complaint[]> {
    const bytes = new Map(paths.map((each) => [bytesOf(each), each]))
    // The slash means the root of the source and keeps a name from being read as a comment; `./` would bring the root's attributes, too.
    const input = purpose === 'filter' ? prepareSkeleton(source, paths) : [...bytes.keys()].map((each) => `/${each}\0`).join('')
    const { context, target } = this.#settings
    let sentBytes = 0
    const result = await this.#run(purpose, source, input, signal, (text) => {
      const sent = lastCount(text)
      if (sent === undefined) return
      context.progress(Math.max(0, sent - sentBytes))
      sentBytes = sent
    })
    const command = this.text(purpose, source)
    const failure = runFailure(result, command)
    if (failure !== undefined) throw failure
    const roots = [rawPath(source), rawPath(receivingDirectory(target.destination))]
    const complaints = readComplaints(result.stderr, { roots, paths: bytes })
    if (result.exitCode === 23 && complaints.length === 0)
      throw new Error(`rsync has ended with exit code 23 and did not say why (${command})`)
    return complaints
  }

  /** What the target holds, as rsync lists it; or one path, nothing when it is not there. */
  async list(signal: AbortSignal, below = ''): Promise<string> {
    let listed = ''
    const result = await this.#run('list', below, '', signal, (text) => void (listed += text))
    // A dry run does not make the target.
    const mayBeMissing = below !== '' || this.#settings.context.dryRun
    if (mayBeMissing && result.exitCode === 23 && /No such file or directory/u.test(result.stderr)) return ''
    const failure = runFailure(result, this.text('list', ''))
    if (failure !== undefined) throw failure
    if (result.exitCode !== 0) throw new Error(`The target could not be listed: ${result.stderr.trim()}`)
    return listed
  }

  async #run(purpose: Purpose, source: string, input: string, signal: AbortSignal, output: (text: string) => void) {
    const { options, orphans } = this.#settings
    const { rsyncPath: command, stallSeconds } = options
    try {
      return await run({
        command,
        args: this.#arguments(purpose, source),
        input,
        orphans,
        stallMs: stallSeconds * 1000,
        signal,
        output,
      })
    } catch (error) {
      throw startFailure(error, command)
    }
  }

  #arguments(purpose: Purpose, source: string): string[] {
    const { options, target } = this.#settings
    const rsh = target.connection?.rsh
    return rsyncArguments({ purpose, options, destination: target.destination, source, ...(rsh !== undefined && { rsh }) })
  }
}

/** The number of bytes that a line of progress begins with. */
function lastCount(text: string): number | undefined {
  const found = [...text.matchAll(/(?:^|\r|\n)\s*([\d,]+)\s+\d+%/gu)].at(-1)?.[1]
  return found === undefined ? undefined : Number(found.replaceAll(',', ''))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
