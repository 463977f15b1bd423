import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { mount, unmountLazily } from './mounts.ts'

export const VOLUME_KINDS = ['dir', 'tmpfs', 'ext4', 'xfs', 'btrfs'] as const

type VolumeKind = (typeof VOLUME_KINDS)[number]

/** A file system made for seeds, or a directory as it is. */
export interface Volume {
  readonly kind: VolumeKind
  readonly directory: string
  /** Unmounts and removes it, whatever is still in there. */
  dispose(): void
}

/** Makes a file system of its own below `directory`. Throws where it cannot be made. */
export function openVolume(kind: string, directory: string): Volume {
  if (!isVolumeKind(kind)) throw new Error(`no file system "${kind}"; there are ${VOLUME_KINDS.join(', ')}`)
  if (kind === 'dir') return { kind, directory, dispose: () => undefined }
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(directory), `torture-${kind}-`))
  const mounted = path.join(folder, 'mounted')
  fs.mkdirSync(mounted)
  if (kind === 'tmpfs') mount('-t', 'tmpfs', '-o', 'size=4g,mode=755', 'tmpfs', mounted)
  else {
    const image = path.join(folder, 'image')
    fs.writeFileSync(image, '')
    fs.truncateSync(image, IMAGE_BYTES)
    execFileSync(`mkfs.${kind}`, ['-q', image], { stdio: 'pipe' })
    // The loop device goes with the mount.
    mount('-o', 'loop', image, mounted)
  }
  return {
    kind,
    directory: mounted,
    dispose() {
      unmountLazily(mounted)
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isVolumeKind(kind: string): kind is VolumeKind {
  return VOLUME_KINDS.some((each) => each === kind)
}

/** Mostly a hole. */
const IMAGE_BYTES = 8 * 1024 ** 3
