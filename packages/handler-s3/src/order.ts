import type { Change } from '@clsync/core/handler'
import { bring } from './bring.ts'
import { matcher } from './glob.ts'
import { UnfitName } from './keys.ts'
import type { Pass } from './pass.ts'
import { removeDoomed } from './removal.ts'

/**
 * Brings what a batch says, and deletes last. In order, entry documents wait for all others, and deletes for both: whoever follows a
 * link of a page finds what it leads to.
 */
export async function publish(pass: Pass, changes: readonly Change[]): Promise<void> {
  const { entryDocuments, publish: order } = pass.target.options
  const isLate = order === 'ordered' ? matcher(entryDocuments) : () => false
  await bringAll(
    pass,
    changes.filter(({ path }) => !isLate(path)),
  )
  const late = changes.filter(({ path }) => isLate(path))
  const waitsForEarly = order === 'ordered' ? reasonToWait(pass) : undefined
  if (waitsForEarly === undefined) await bringAll(pass, late)
  else for (const { path } of late) pass.failed.push({ path, error: waitsForEarly })
  const waitsForAll = order === 'ordered' ? reasonToWait(pass) : undefined
  if (waitsForAll === undefined) return removeDoomed(pass)
  for (const path of new Set(pass.doomed.values())) pass.failed.push({ path, error: waitsForAll })
}

/** A name that S3 cannot hold never comes: nobody waits for it. */
function reasonToWait({ failed }: Pass): Error | undefined {
  const missing = failed.filter(({ error }) => !(error instanceof UnfitName))
  const [first] = missing
  if (first === undefined) return undefined
  return new Error(
    `Waits for ${missing.length === 1 ? '' : `${missing.length} others, as `}"${first.path}", which has not arrived`,
  )
}

async function bringAll(pass: Pass, changes: readonly Change[]): Promise<void> {
  await pass.each(
    changes,
    ({ path }) => path,
    (change) => bring(pass, change),
  )
}
