import { failureOf, isLock, reasonOf } from './failure.ts'
import { isFitForXml } from './keys.ts'
import type { Pass } from './pass.ts'
import { RequestFailed } from './requests.ts'

/** Keys in one request, by S3. */
const MOST = 1000

/** Deletes what was doomed and was not put again. What is left is a failure of the path for which it had to go. */
export async function removeDoomed(pass: Pass): Promise<void> {
  const keys = [...pass.doomed.keys()].toSorted()
  pass.target.holdings.commit()
  const single = keys.filter((key) => !isFitForXml(key))
  const many = keys.filter(isFitForXml)
  // One by one is no slower for a few, and every server can do it.
  const batches = many.length < FEW ? [] : chunks(many, MOST)
  if (batches.length === 0) single.push(...many)
  const pathOf = (key: string): string => pass.doomed.get(key) ?? ''
  await pass.each(
    batches,
    (batch) => pathOf(batch[0] ?? ''),
    async (batch) => {
      single.push(...(await removeMany(pass, batch)))
    },
  )
  await pass.each(single, pathOf, (key) => removeOne(pass, key))
}

const FEW = 2

/** Returns those that have to be tried one by one. */
async function removeMany(pass: Pass, keys: readonly string[]): Promise<readonly string[]> {
  const { bucket, holdings } = pass.target
  if (holdings.note('deletesMany') === 'no') return keys
  let errors: ReadonlyMap<string, Error>
  try {
    errors = await bucket.deleteMany(keys, pass.signal)
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    const { class: kind, code } = error.failure
    if (kind === 'unsupported' || (kind === 'unfit' && code !== 'MalformedXML')) holdings.setNote('deletesMany', 'no')
    else if (kind !== 'unfit' && kind !== 'denied') throw error
    return keys
  }
  const again: string[] = []
  for (const key of keys) {
    const error = errors.get(key)
    if (error === undefined) removed(pass, key)
    else if (failureOf(error).class === 'denied') failed(pass, key, error)
    else again.push(key)
  }
  return again
}

async function removeOne(pass: Pass, key: string): Promise<void> {
  await pass.target.bucket.delete(key, pass.signal)
  removed(pass, key)
}

function removed({ target: { holdings }, doomed }: Pass, key: string): void {
  holdings.remove(key)
  holdings.addChanged(key, true)
  doomed.delete(key)
}

function failed(pass: Pass, key: string, error: Error): void {
  const reason = reasonOf(error)
  const message = isLock(reason)
    ? `The bucket keeps "${key}" under a lock: ${reason}`
    : `s3:DeleteObject is not allowed for "${key}": ${reason}. Allow it to the credentials of clsync, or set \`delete: never\`.`
  pass.failed.push({ path: pass.doomed.get(key) ?? '', error: new Error(message, { cause: error }) })
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_unused, at) => all.slice(at * size, (at + 1) * size))
}
