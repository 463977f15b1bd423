import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { RawPath } from '../../src/model/path.ts'

/** What git says about a path; `file` is empty when no pattern matches. */
export interface GitVerdict {
  readonly file: string
  readonly line: number
  readonly pattern: string
}

/** A real git with an empty repository, asked about work trees that it does not own. */
export class Git implements Disposable {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-git-'))
  readonly #environment = {
    ...process.env,
    HOME: this.folder,
    XDG_CONFIG_HOME: this.folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_DIR: `${this.folder}/git`,
  }
  #trees = 0

  constructor() {
    this.#run(this.folder, ['init', '-q', '--template='])
  }

  /** A new empty folder. */
  tree(): string {
    const folder = `${this.folder}/tree${this.#trees++}`
    fs.mkdirSync(folder)
    return folder
  }

  /** The deciding pattern of each path, in the paths' order. */
  checkIgnore(tree: string, paths: readonly RawPath[]): GitVerdict[] {
    // With `./` in front a path is never taken for pathspec magic.
    const input = Buffer.from(paths.map((each) => `./${each}\0`).join(''), 'latin1')
    const fields = this.#run(tree, ['check-ignore', '-z', '--stdin', '--no-index', '-v', '-n'], input).split('\0')
    return paths.map((_, at) => ({ file: fields[at * 4]!, line: Number(fields[at * 4 + 1]), pattern: fields[at * 4 + 2]! }))
  }

  /** The files that are not ignored, by patterns from the command line (which win) and by `.gitignore` files. */
  listWanted(tree: string, patterns: readonly string[]): Set<string> {
    const excludes = patterns.map((pattern) => `--exclude=${pattern}`)
    const listed = this.#run(tree, ['ls-files', '-z', '--others', '--exclude-per-directory=.gitignore', ...excludes])
    return new Set(listed.split('\0').filter((each) => each !== ''))
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  #run(cwd: string, args: readonly string[], input?: Buffer): string {
    const environment = { ...this.#environment, GIT_WORK_TREE: cwd }
    try {
      return execFileSync('git', args, {
        cwd,
        env: environment,
        input: input ?? '',
        encoding: 'latin1',
        stdio: ['pipe', 'pipe', 'pipe'],
        maxBuffer: 2 ** 28,
      })
    } catch (error) {
      // check-ignore says 1 when nothing is ignored.
      const failed = error as { status?: number; stdout?: string }
      if (failed.status === 1 && args[0] === 'check-ignore') return failed.stdout ?? ''
      throw error
    }
  }
}
