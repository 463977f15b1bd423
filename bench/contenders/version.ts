import { spawnSync } from 'node:child_process'

/** For {@link Contender.probe}: runs `programs` to ask for their versions. */
export function versionOf(...programs: readonly Question[]): { version: string } | { lacks: string } {
  const versions: string[] = []
  for (const { command, args = ['--version'], version } of programs) {
    const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    if (error !== undefined) return { lacks: `${command} is not installed` }
    versions.push(`${command.replace(/.*\//, '')} ${version.exec(stdout + stderr)?.[1] ?? 'of an unknown version'}`)
  }
  return { version: versions.join(', ') }
}

interface Question {
  readonly command: string
  readonly args?: readonly string[]
  /** Where the version stands in what it says. */
  readonly version: RegExp
}

export const RSYNC: Question = { command: 'rsync', version: /version ([\d.]+)/ }
