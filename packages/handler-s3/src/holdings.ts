import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type HoldingsFile, openHoldingsFile } from './holdings-file.ts'
import type { Posix } from './posix.ts'

/** What is known of one object. */
export interface Holding {
  readonly key: string
  /**
   * `held`: we put it, or found it equal. `doubt`: a request may or may not have been done. `foreign`: listed, not ours.
   * `doomed`: ours, to be deleted at the end of the batch.
   */
  readonly state: 'held' | 'doubt' | 'foreign' | 'doomed'
  readonly sizeBytes: number
  /** As the server said, without quotes; empty when it is not known. */
  readonly etag: string
  /** MD5 of what was sent, in hex, with `-` and the number of parts for several; empty when it is not known. */
  readonly digest: string
  /** 0 for what was sent in one. */
  readonly partBytes: number
  readonly posix: Posix
  /** See `Headers.hash`; empty when it is not known. */
  readonly headers: string
}

/** An upload in parts that has not come to its end; without an id the server may not have begun it. */
export interface Upload {
  readonly key: string
  readonly id: string
  /** Milliseconds since 1970, by our clock. */
  readonly begunMs: number
}

/**
 * What the bucket holds below the prefix, as far as we have put or listed it: an embedded database in the state directory. What a
 * batch is about to touch is written down before ({@link Holdings.begin}), so that after a crash those objects are in doubt.
 */
export class Holdings {
  readonly #file: HoldingsFile
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #begun = new Set<string>()
  #writes = 0

  /** Of the target called `identity`; what is known of another one is dropped. A dry run works on a copy. */
  constructor(stateDir: string, identity: string, dryRun: boolean) {
    this.#file = openHoldingsFile(stateDir, dryRun)
    this.#db = this.#file.db
    if (this.note('identity') !== identity) {
      for (const table of ['object', 'upload', 'note', 'intent', 'changed', 'link']) this.#write(`delete from ${table}`, [])
      this.setNote('identity', identity)
    }
    this.#recover()
  }

  get(key: string): Holding | undefined {
    return toHolding(this.#prepare('select * from object where key = ?').get(key))
  }

  /** All whose keys begin with `prefix`, which is empty or ends with a slash, by their bytes; without those that are to go. */
  *below(prefix: string): Generator<Holding> {
    let after = ''
    for (;;) {
      const rows = this.#prepare(
        `select * from object where key > ? and key >= ? and key < ? and state <> 'doomed' order by key limit 1000`,
      ).all(after, prefix, prefix === '' ? '\u{10FFFF}\u{10FFFF}' : `${prefix.slice(0, -1)}0`)
      for (const row of rows) {
        const holding = toHolding(row)
        if (holding === undefined) continue
        after = holding.key
        yield holding
      }
      if (rows.length < 1000) return
    }
  }

  put(holding: Holding): void {
    const { key, state, sizeBytes, etag, digest, partBytes, posix, headers } = holding
    this.#write('insert or replace into object values (?, ?, ?, ?, ?, ?, ?, ?)', [
      key,
      state,
      sizeBytes,
      etag,
      digest,
      partBytes,
      posix,
      headers,
    ])
    this.#settle(key)
  }

  remove(key: string): void {
    this.#write('delete from object where key = ?', [key])
    this.#settle(key)
  }

  /** It is ours and nobody knows what the bucket has. */
  doubt(key: string): void {
    const { state: _state, ...before } = this.get(key) ?? NOTHING
    this.put({ ...before, key, state: 'doubt' })
  }

  /** To be called, and to return, before the first request for any of these keys. */
  begin(keys: Iterable<string>): void {
    for (const key of keys) this.#write('insert or ignore into intent values (?)', [key])
    this.commit()
  }

  /** A request for it is about to be made. */
  start(key: string): void {
    this.#begun.add(key)
  }

  /** The batch is over: what was started and not settled is in doubt. */
  finish(): void {
    for (const key of this.#begun) this.doubt(key)
    // What was not deleted after all is ours still, wherever it may be moved now.
    this.#write(`update object set state = 'doubt' where state = 'doomed'`, [])
    this.#write('delete from intent', [])
    this.commit()
  }

  uploads(): Upload[] {
    return this.#prepare('select key, id, begun from upload')
      .all()
      .map(({ key, id, begun }) => ({ key: String(key), id: String(id), begunMs: Number(begun) }))
  }

  beginUpload(key: string, begunMs: number): void {
    this.#write('insert or replace into upload values (?, ?, ?)', [key, '', begunMs])
    this.commit()
  }

  nameUpload(key: string, id: string): void {
    this.#write(`update upload set id = ? where key = ? and id = ''`, [id, key])
    this.commit()
  }

  endUpload(key: string, id: string): void {
    this.#write('delete from upload where key = ? and id = ?', [key, id])
  }

  /** Keys that changed since {@link Holdings.forgetChanged}, for who is told of them. */
  changed(): { readonly key: string; readonly isDeleted: boolean }[] {
    return this.#prepare('select key, deleted from changed order by key')
      .all()
      .map(({ key, deleted }) => ({ key: String(key), isDeleted: deleted === 1 }))
  }

  addChanged(key: string, isDeleted: boolean): void {
    this.#write('insert or replace into changed values (?, ?)', [key, isDeleted ? 1 : 0])
  }

  forgetChanged(): void {
    this.#write('delete from changed', [])
    this.commit()
  }

  note(name: string): string | undefined {
    const row = this.#prepare('select value from note where name = ?').get(name)
    return row === undefined ? undefined : String(row.value)
  }

  setNote(name: string, value: string): void {
    this.#write('insert or replace into note values (?, ?)', [name, value])
  }

  /** Replaces what is known by a listing: `keep` says which holdings it confirms. Nothing else may be written meanwhile. */
  startListing(): void {
    this.commit()
    this.#db.exec('create temp table if not exists listed (key text primary key) without rowid; delete from listed')
  }

  sawListed(key: string): void {
    this.#write('insert or ignore into listed values (?)', [key])
  }

  /** What was not listed is not there. Returns the keys of what was ours of it. */
  endListing(): string[] {
    const gone = this.#prepare(`select key from object where state <> 'foreign' and key not in (select key from listed)`).all()
    this.#write('delete from object where key not in (select key from listed)', [])
    this.setNote('listed', 'yes')
    this.commit()
    return gone.map(({ key }) => String(key))
  }

  /** A link is followed: the object at its path holds what the file at `target` does. `undefined`: it is none any more. */
  setLink(path: string, target: string | undefined): void {
    if (target !== undefined) this.#write('insert or replace into link values (?, ?)', [path, target])
    else if (this.#prepare('select 1 from link where path = ?').get(path)) this.#write('delete from link where path = ?', [path])
  }

  /** All links that are followed. */
  links(): { readonly path: string; readonly target: string }[] {
    return this.#prepare('select path, target from link')
      .all()
      .map(({ path, target }) => ({ path: String(path), target: String(target) }))
  }

  commit(): void {
    if (this.#writes > 0) this.#db.exec('commit')
    this.#writes = 0
  }

  close(): void {
    this.commit()
    this.#file.close()
  }

  #settle(key: string): void {
    this.#begun.delete(key)
    this.#write('delete from intent where key = ?', [key])
  }

  /** What was begun when the process ended. */
  #recover(): void {
    for (const { key } of this.#prepare('select key from intent').all()) this.#begun.add(String(key))
    this.finish()
  }

  #write(sql: string, values: (string | number)[]): void {
    if (this.#writes === 0) this.#db.exec('begin immediate')
    this.#writes++
    this.#prepare(sql).run(...values)
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }
}

const NOTHING: Omit<Holding, 'key'> = { state: 'doubt', sizeBytes: 0, etag: '', digest: '', partBytes: 0, posix: '', headers: '' }

function toHolding(row: Record<string, unknown> | undefined): Holding | undefined {
  if (row === undefined) return undefined
  return {
    key: String(row.key),
    state: String(row.state) as Holding['state'], // written by `put` only
    sizeBytes: Number(row.size),
    etag: String(row.etag),
    digest: String(row.digest),
    partBytes: Number(row.part),
    posix: String(row.posix),
    headers: String(row.headers),
  }
}
