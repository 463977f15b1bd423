import fs from 'node:fs'
import path from 'node:path'
import { type HandlerContext, sourcePath } from '@clsync/core/handler'
import { commandText, type Purpose, rsyncArguments } from './arguments.ts'
import { readComplaints, type Complaint } from './complaints.ts'
import { prepareSkeleton, skeletonIn } from './deletion-filter.ts'
import { receivingDirectory } from './destination.ts'
import { type Listing, readListing } from './inventory.ts'
import { runFailure, startFailure } from './failure.ts'
import { Line } from './line.ts'
import type { RsyncOptions } from './options.ts'
import type { Orphans } from './orphans.ts'
import { bytesOf, nameOf, parentOf, rawPath } from './path.ts'
import { run } from './run.ts'
import type { Target } from './target.ts'
import type { Listed } from './temp-names.ts'
import type { Unfinished, Work } from './unfinished.ts'

export interface RsyncSettings {
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly target: Target
  readonly orphans: Orphans | undefined
  readonly unfinished: Unfinished
  /** Of the rsync here. */
  readonly version: string
}

/** Runs rsync for lists of paths. */
export class Rsync {
  readonly #settings: RsyncSettings
  #needsFilter = false
  readonly #filtering = new Line()

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
      try {
        return await this.run('delete', emptyDirectory(this.#settings.context), paths, signal)
      } catch (error) {
        if (!/delete-missing-args|invalid path from sender/u.test(messageOf(error))) throw error
        this.#needsFilter = true
      }
    }
    // There is one skeleton for all.
    return this.#filtering.run(() => this.run('filter', skeletonIn(stateDir), paths, signal))
  }

  /** Brings or deletes the paths and returns what rsync complained about. Throws when the run has failed as a whole. */
  async run(purpose: Purpose, source: string, paths: readonly string[], signal: AbortSignal): Promise<Complaint[]> {
    const bytes = new Map(paths.map((each) => [bytesOf(each), each]))
    if (!BRINGS.has(purpose)) return this.#complete(purpose, source, bytes, signal)
    const { unfinished } = this.#settings
    const work = await this.#workFor(source, bytes, signal)
    unfinished.begin(work)
    let isWhole = false
    try {
      const complaints = await this.#complete(purpose, source, bytes, signal)
      // What could not be read has left nothing; what could not be renamed may have.
      isWhole = complaints.every(({ kind, text }) => kind !== 'failed' || text.includes('[sender]'))
      return complaints
    } finally {
      if (isWhole) unfinished.end(work)
      else unfinished.leave(work)
    }
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

  /** Files and links in directories of the target (bytes, one character each) whose names begin with a dot and hold another, by directory. */
  async listDirectories(directories: readonly string[], signal: AbortSignal): Promise<Map<string, Listed[]>> {
    const listed = new Map<string, Listed[]>()
    const names = directories.map((each) => (each === '' ? './' : `/${each}/`))
    for (const { bytes, kind, mtimeS } of await this.#look(names, signal)) {
      if (kind !== 'file' && kind !== 'symlink') continue
      const directory = parentOf(bytes)
      const entries = listed.get(directory) ?? []
      entries.push({ name: nameOf(bytes), changedS: mtimeS, isMtime: true })
      listed.set(directory, entries)
    }
    return listed
  }

  /** Which of the paths (bytes, one character each) are directories at the target, and not links to some. */
  async directoriesAmong(paths: ReadonlySet<string>, signal: AbortSignal): Promise<Set<string>> {
    const names = [...paths].map((each) => `/${each}`)
    const listed = names.length === 0 ? [] : await this.#look(names, signal)
    return new Set(listed.filter(({ kind }) => kind === 'directory').map(({ bytes }) => bytes))
  }

  /** What is not found is left out. */
  async #look(names: readonly string[], signal: AbortSignal): Promise<Listing[]> {
    let text = ''
    const empty = emptyDirectory(this.#settings.context)
    const input = names.map((each) => `${each}\0`).join('')
    const result = await this.#run('look', empty, input, signal, (piece) => void (text += piece))
    const failure = runFailure(result, this.text('look', empty))
    if (failure !== undefined) throw failure
    return [...readListing(text)]
  }

  async #complete(
    purpose: Purpose,
    source: string,
    paths: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<Complaint[]> {
    // The slash means the root of the source and keeps a name from being read as a comment; `./` would bring the root's attributes, too.
    const input =
      purpose === 'filter' ? prepareSkeleton(source, [...paths.values()]) : [...paths.keys()].map((each) => `/${each}\0`).join('')
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
    const complaints = readComplaints(result.stderr, { roots, paths })
    if (result.exitCode === 23 && complaints.length === 0)
      throw new Error(`rsync has ended with exit code 23 and did not say why (${command})`)
    return complaints
  }

  /** What is about to be brought. Looks at the root of the target, too, where it can. */
  async #workFor(source: string, paths: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Work> {
    const { target, unfinished } = this.#settings
    const sinceS = (await target.clockS(signal)) ?? unfinished.nowS()
    const names = [...paths]
    if (target.hasHand) return { directories: [], paths: names.map(([bytes]) => [bytes] as const), sinceS }
    return { directories: [], paths: names.map(([bytes, path]) => [bytes, mtimeSOf(sourcePath(source, path))] as const), sinceS }
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
    const { options, target, version } = this.#settings
    const rsh = target.connection?.rsh
    return rsyncArguments({
      purpose,
      options,
      destination: target.destination,
      source,
      version,
      ...(rsh !== undefined && { rsh }),
    })
  }
}

/** The number of bytes that a line of progress begins with. */
function lastCount(text: string): number | undefined {
  const found = [...text.matchAll(/(?:^|\r|\n)\s*([\d,]+)\s+\d+%/gu)].at(-1)?.[1]
  return found === undefined ? undefined : Number(found.replaceAll(',', ''))
}

function emptyDirectory({ stateDir }: HandlerContext): string {
  const empty = path.join(stateDir, 'empty')
  fs.mkdirSync(empty, { recursive: true })
  return empty
}

function mtimeSOf(place: string | Buffer): number | undefined {
  try {
    return Math.floor(fs.lstatSync(place).mtimeMs / 1000)
  } catch {
    return undefined // rsync will say why
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

const BRINGS = new Set<Purpose>(['bring', 'compare', 'verify'])
