import { clsyncDirect } from './clsync-direct.ts'
import { clsyncRsyncdirect } from './clsync-rsyncdirect.ts'
import { clsyncRsyncshell } from './clsync-rsyncshell.ts'
import { clsyncShell } from './clsync-shell.ts'
import { clsyncSimple } from './clsync-simple.ts'
import type { Preset } from './preset.ts'

export const PRESETS = ['clsync-simple', 'clsync-direct', 'clsync-shell', 'clsync-rsyncshell', 'clsync-rsyncdirect'] as const

/** The preset of that name. */
export function presetOf(name: (typeof PRESETS)[number] | undefined): Preset | undefined {
  return name === undefined ? undefined : BY_NAME[name]
}

const BY_NAME: Readonly<Record<(typeof PRESETS)[number], Preset>> = {
  'clsync-simple': clsyncSimple,
  'clsync-direct': clsyncDirect,
  'clsync-shell': clsyncShell,
  'clsync-rsyncshell': clsyncRsyncshell,
  'clsync-rsyncdirect': clsyncRsyncdirect,
}
