import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Change, HandlerContext, Session, SyncResult } from '@clsync/core/handler'
import { type TempTree, tempTree } from '@clsync/core/testing'
import s3 from '../src/index.ts'
import { CountingProxy } from './counting-proxy.ts'
import type { Radosgw } from './radosgw.ts'
import { S3Stage } from './s3-stage.ts'

let count = 0

/** A source, a prefix of a bucket, and sessions between them. */
export class Site {
  readonly source: TempTree = tempTree()
  readonly stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-s3-test-'))
  readonly prefix = `site-${++count}`
  readonly proxy: CountingProxy
  readonly bucket: S3Stage
  readonly told: string[] = []
  #session: Session | undefined

  private constructor(proxy: CountingProxy, bucket: S3Stage) {
    this.proxy = proxy
    this.bucket = bucket
  }

  static async open(server: Radosgw): Promise<Site> {
    Object.assign(process.env, server.env)
    return new Site(await CountingProxy.open(server.endpoint), await S3Stage.open(server, 'sites'))
  }

  /** A new session with these options; the one before is closed. */
  async use(options: object = {}): Promise<void> {
    await this.#session?.close?.()
    const given = { destination: `s3://${this.bucket.bucket}/${this.prefix}`, endpoint: this.proxy.endpoint, ...options }
    this.#session = await s3.setup(s3.options.parse(given), this.#context())
    this.proxy.take()
  }

  /** Sends the paths: a name alone is brought, one after `-` deleted, `a>b` moved. */
  async send(...words: readonly string[]): Promise<SyncResult> {
    const changes = words.map((word) => this.#change(word))
    if (this.#session === undefined) await this.use()
    const batch = { id: words.join(), reason: 'change', attempt: 1, changes } as const
    return (await this.#session?.sync(batch, new AbortController().signal)) ?? {}
  }

  /** What the session says has drifted. */
  async verify(): Promise<string[]> {
    const paths: string[] = []
    for await (const path of this.#session?.verify?.(new AbortController().signal) ?? []) paths.push(path)
    return paths
  }

  key(name: string): string {
    return `${this.prefix}/${name}`
  }

  async keys(): Promise<string[]> {
    return (await this.bucket.keys(`${this.prefix}/`)).map((key) => key.slice(this.prefix.length + 1))
  }

  get(name: string) {
    return this.bucket.get(this.key(name))
  }

  async dispose(): Promise<void> {
    await this.#session?.close?.()
    await this.proxy.close()
    this.bucket.close()
    this.source.dispose()
    fs.rmSync(this.stateDir, { recursive: true, force: true })
  }

  #change(word: string): Change {
    const common = { kind: 'file', previousKind: 'unknown', content: true, recursive: false } as const
    if (word.startsWith('-')) return { ...common, type: 'delete', path: word.slice(1) }
    const [from = '', path = from] = word.split('>')
    const kind = fs.lstatSync(this.source.at(path), { throwIfNoEntry: false })?.isDirectory() === true ? 'directory' : 'file'
    if (word.includes('>')) return { ...common, type: 'move', path, from, kind, content: false }
    return { ...common, type: 'update', path, kind }
  }

  #context(): HandlerContext {
    const tell = (message: string): void => void this.told.push(message)
    return {
      root: this.source.root,
      stateDir: this.stateDir,
      dryRun: false,
      isKnown: false,
      accept: false,
      log: { debug: tell, info: tell, warn: tell },
      progress: () => undefined,
      exec: () => Promise.reject(new Error('nothing is run')),
    }
  }
}
