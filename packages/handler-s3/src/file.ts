import { compress } from './compression.ts'
import type { Headers } from './header-rules.ts'
import { bringLarge } from './large.ts'
import type { Pass } from './pass.ts'
import { posixOf } from './posix.ts'
import { type OpenFile, openFile } from './source.ts'
import { store } from './store.ts'

/**
 * Makes the object of a path hold what a file holds now, which is at the path or, for a link, at `at`. One that goes on changing is
 * sent as it was read, and fails.
 */
export async function bringFile(pass: Pass, path: string, at = path): Promise<void> {
  const { keys, options, rules, source } = pass.target
  const key = keys.file(path)
  const headers = rules.of(path)
  for (let attempt = 1; ; attempt++) {
    const file = openFile(source, at)
    if (file === undefined) {
      pass.stale.push(path)
      return
    }
    try {
      const isSmall = file.sizeBytes <= Math.max(options.partSize * MIB, headers.compress === undefined ? 0 : COMPRESSED_BYTES)
      const isLast = attempt === (isSmall ? ATTEMPTS : LARGE_ATTEMPTS)
      const isDone = isSmall
        ? await bringSmall(pass, file, { key, headers, isLast })
        : await bringLarge(pass, file, { key, headers, isLast })
      if (isDone) return
      if (isLast) throw new Error(`"${path}" is still changing`)
    } finally {
      file.close()
    }
  }
}

const MIB = 1024 * 1024
/** Files up to this are compressed where a rule says so. */
const COMPRESSED_BYTES = 32 * MIB
const ATTEMPTS = 3
const LARGE_ATTEMPTS = 2

/** `false`: the file was written to while it was read. */
async function bringSmall(
  pass: Pass,
  file: OpenFile,
  { key, headers, isLast }: { readonly key: string; readonly headers: Headers; readonly isLast: boolean },
): Promise<boolean> {
  const { memory, options } = pass.target
  const giveBack = await memory.take(file.sizeBytes)
  try {
    const content = file.readAll()
    const isStill = file.isStill && content.length === file.sizeBytes
    if (!isStill && !isLast) return false
    const body = await compress(content, headers.compress)
    await store(pass, { key, body, posix: posixOf(file.stat, options.attributes), headers })
    return isStill
  } finally {
    giveBack()
  }
}
