import { spawnSync } from 'node:child_process'

/** Of each peer: how it says its version, and where that stands in what it says. */
const PROGRAMS = {
  clsync: { args: ['--version'], version: /clsync v([\d.]+)/ },
  lsyncd: { args: ['--version'], version: /Version: ([\d.]+)/ },
  unison: { args: ['-version'], version: /version ([\d.]+)/ },
  rsync: { args: ['--version'], version: /version ([\d.]+)/ },
} as const

/** The versions of the peers, and those that are not there. */
export function installed(): { versions: Readonly<Record<string, string>>; missing: readonly string[] } {
  const versions: Record<string, string> = {}
  const missing: string[] = []
  for (const [name, { args, version }] of Object.entries(PROGRAMS)) {
    const { error, stdout, stderr } = spawnSync(`/usr/bin/${name}`, args, { encoding: 'utf8' })
    if (error === undefined) versions[name] = version.exec(stdout + stderr)?.[1] ?? 'of an unknown version'
    else missing.push(name)
  }
  return { versions, missing }
}
