import fs from 'node:fs'
import path from 'node:path'
import { macrosIn } from '../macros.ts'
import type { Job } from '../job.ts'
import type { Outcome } from '../outcome.ts'
import type { Delivery } from '../delivery.ts'

/** Gives a list to a run: in a file when the command names it, else on stdin. The file is removed after the run. */
export async function withList(
  { round, planned }: Delivery,
  content: Uint8Array,
  run: (list: string | undefined, input: Uint8Array | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  if (!macrosIn(planned.command.words).includes('list')) return run(undefined, content)
  return withListFiles(round.job, [content], ([list]) => run(list, undefined))
}

/** Files with these contents, for as long as `run` takes. */
export async function withListFiles<Result>(
  job: Job,
  contents: readonly Uint8Array[],
  run: (files: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const files = contents.map((content) => writeList(job, content))
  try {
    return await run(files)
  } finally {
    if (!job.options.keepLists) for (const file of files) fs.rmSync(file, { force: true })
  }
}

/** Removes what a run left that was cut short by the end of this process. */
export function removeOldLists({ listsDir, options }: Pick<Job, 'listsDir' | 'options'>): void {
  if (options.keepLists || options.listsDir !== undefined || !fs.existsSync(listsDir)) return
  for (const name of fs.readdirSync(listsDir)) if (name.startsWith(PREFIX)) fs.rmSync(path.join(listsDir, name), { force: true })
}

const PREFIX = 'list-'

let count = 0

/** Readable for whom the command runs as, and for nobody else. */
function writeList({ listsDir, account }: Job, content: Uint8Array): string {
  fs.mkdirSync(listsDir, { recursive: true, mode: 0o700 })
  const file = path.join(listsDir, `${PREFIX}${process.pid}-${count++}`)
  fs.writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
  if (account !== undefined) fs.chownSync(file, account.uid ?? -1, account.gid ?? -1)
  return file
}
