import { hash } from 'node:crypto'
import type { Batch, Change } from '@clsync/core/handler'
import { compress } from './compression.ts'
import { posixOf } from './posix.ts'
import { priceOf, priceOfMonth } from './prices.ts'
import { look, openFile } from './source.ts'
import type { Target } from './target.ts'

/** Says what batches would do, and what that would cost, without doing it. */
export class Plan {
  readonly #target: Target
  readonly #requests = { put: 0, copy: 0, delete: 0, list: 0, head: 0 }
  #sentBytes = 0
  /** What the bucket would hold more than now. */
  #growthBytes = 0
  /** Keys that would be deleted; so many go in one request. */
  #deletions = 0

  constructor(target: Target) {
    this.#target = target
  }

  async tell({ changes }: Batch): Promise<void> {
    for (const change of changes) {
      try {
        if (change.type === 'delete') this.#delete(change)
        else if (change.type === 'move' && change.from !== undefined) this.#move(change, change.from)
        else await this.#bring(change)
      } catch (error) {
        this.#target.log.warn('cannot be published', {
          path: change.path,
          reason: error instanceof Error ? error.message : String(error),
        })
      }
    }
    this.#sum()
  }

  #delete({ path }: Change): void {
    const { holdings, keys, log, options } = this.#target
    for (const key of [keys.file(path), keys.marker(path)]) {
      const held = holdings.get(key)
      if (held === undefined || options.delete === 'never') continue
      log.info('would delete', { key })
      this.#deletions++
      this.#growthBytes -= held.sizeBytes
    }
  }

  #move({ path, kind }: Change, from: string): void {
    const { holdings, keys, log } = this.#target
    const held = kind === 'directory' ? [...holdings.below(keys.marker(from))] : [holdings.get(keys.file(from))]
    const count = held.filter((each) => each !== undefined && each.state !== 'foreign').length
    log.info(`would copy ${count} objects at the server, then delete the old ones`, { path, from })
    this.#requests.copy += count
    this.#deletions += count
  }

  async #bring({ path }: Change): Promise<void> {
    const { holdings, keys, log, options, rules, source } = this.#target
    const stat = look(source, path)
    if (stat === undefined) return
    const key = stat.isDirectory() ? keys.marker(path) : keys.file(path)
    if (stat.isDirectory() ? options.directories === 'none' : stat.isSymbolicLink() && options.symlinks === 'skip') return
    const held = holdings.get(key)
    const sizeBytes = stat.isDirectory() ? 0 : Number(stat.size)
    const isPlain = stat.isFile() && held !== undefined
    const isBeside =
      held?.state === 'foreign' || (held?.posix === posixOf(stat, options.attributes) && held.headers === rules.of(path).hash)
    if (isPlain && isBeside && (await this.#isSame(path, held.digest === '' ? held.etag : held.digest))) return
    const parts = Math.ceil(sizeBytes / (options.partSize * MIB))
    log.info('would put', { key, bytes: sizeBytes })
    this.#requests.put += parts > 1 ? parts + 2 : 1
    this.#sentBytes += sizeBytes
    this.#growthBytes += sizeBytes - (held?.sizeBytes ?? 0)
  }

  /** Of a file that is sent in one; larger ones are taken to differ. */
  async #isSame(path: string, digest: string): Promise<boolean> {
    const { options, rules, source } = this.#target
    const file = openFile(source, path)
    if (file === undefined) return true
    try {
      if (file.sizeBytes > options.partSize * MIB) return false
      return hash('md5', await compress(file.readAll(), rules.of(path).compress)) === digest
    } finally {
      file.close()
    }
  }

  #sum(): void {
    const { bucket, log, options } = this.#target
    const { currency } = options.prices
    const requests = { ...this.#requests, list: bucket.requests.counts.LIST, delete: Math.ceil(this.#deletions / 1000) }
    const once = priceOf(requests, options.prices)
    const monthly = priceOfMonth(this.#growthBytes, options.prices)
    log.info(
      `the plan so far: ${requests.put} PUT, ${requests.copy} COPY, ${requests.delete} DELETE, ${requests.list} LIST; ` +
        `${this.#sentBytes} bytes to send; about ${once.toFixed(4)} ${currency} once, ` +
        `and ${monthly.toFixed(4)} ${currency} a month for ${this.#growthBytes} bytes more than now`,
    )
  }
}

const MIB = 1024 * 1024
