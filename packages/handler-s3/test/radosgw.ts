import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Why there can be no server here; `undefined` when there can. */
export function lacksRadosgw(): string | undefined {
  const missing = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'setpriv'].filter((command) => {
    return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status !== 0
  })
  if (missing.length === 0) return undefined
  return `${missing.join(', ')} not found: apt-get install ceph-mon ceph-osd radosgw ceph-common util-linux`
}

export interface RadosgwOptions {
  /** `memstore` starts fastest, `bluestore` keeps large objects out of memory. Default: memstore. */
  readonly store?: 'memstore' | 'bluestore'
}

/** The daemons of a real S3 server (Ceph) on this machine, in a folder of their own; they end with this process. */
export class Radosgw {
  readonly endpoint: string
  readonly folder: string
  readonly accessKeyId = 'TESTKEY'
  readonly secretAccessKey = 'TESTSECRET'
  readonly #running = new Map<string, ChildProcess>()
  readonly #env: NodeJS.ProcessEnv
  #isMade = false

  private constructor(folder: string, endpoint: string) {
    this.folder = folder
    this.endpoint = endpoint
    this.#env = { ...process.env, CEPH_CONF: `${folder}/ceph.conf` }
  }

  static async open({ store = 'memstore' }: RadosgwOptions = {}): Promise<Radosgw> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-ceph-'))
    const [port = 0, mon = 0, monV1 = 0] = await freePorts(3)
    for (const name of ['mon', 'osd', 'run', 'rgw']) fs.mkdirSync(`${folder}/${name}`)
    fs.writeFileSync(`${folder}/ceph.conf`, config({ folder, port, mon, monV1, store }))
    return new Radosgw(folder, `http://127.0.0.1:${port}`)
  }

  /** For the SDK, the AWS CLI and clsync. */
  get env(): Record<string, string> {
    return { AWS_ACCESS_KEY_ID: this.accessKeyId, AWS_SECRET_ACCESS_KEY: this.secretAccessKey, AWS_REGION: 'us-east-1' }
  }

  /** Also after {@link Radosgw.stop}. Resolves when it answers. */
  async start(): Promise<void> {
    if (!this.#isMade) await this.#make()
    else if (!this.#running.has('osd')) await this.#startStore()
    this.#spawn('rgw', 'radosgw', ['-f', '-n', 'client.rgw'])
    await until(async () => {
      this.#look('rgw')
      await fetch(this.endpoint)
      return true
    })
  }

  /** The part that speaks S3 ends at once, with all connections; what is stored stays. */
  async stop(): Promise<void> {
    await this.#end('rgw', 'SIGKILL')
  }

  async dispose(): Promise<void> {
    for (const name of ['rgw', 'osd', 'mon']) await this.#end(name, 'SIGKILL')
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** For who is about to end. */
  disposeNow(): void {
    for (const child of this.#running.values()) child.kill('SIGKILL')
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #make(): Promise<void> {
    const { folder } = this
    const keyring = `${folder}/keyring`
    const [, addresses = ''] = /^mon host = (.*)$/m.exec(fs.readFileSync(`${folder}/ceph.conf`, 'utf8')) ?? []
    const [, fsid = ''] = /^fsid = (.*)$/m.exec(fs.readFileSync(`${folder}/ceph.conf`, 'utf8')) ?? []
    await this.#run('monmaptool', ['--create', '--addv', 'a', addresses, '--fsid', fsid, `${folder}/monmap`])
    await this.#run('ceph-authtool', ['-C', keyring])
    const caps = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *']
    for (const name of ['mon.', 'client.admin', 'client.rgw', 'osd.0']) {
      await this.#run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...caps])
    }
    await this.#run('ceph-mon', ['--mkfs', '-i', 'a', '--monmap', `${folder}/monmap`, '--keyring', keyring])
    this.#spawn('mon', 'ceph-mon', ['-f', '-i', 'a'])
    await until(() => this.#run('ceph', ['--connect-timeout', '10', '-s']).then(() => this.#look('mon')))
    const id = randomUUID()
    await this.#run('ceph', ['osd', 'new', id, '0'])
    await this.#run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', id])
    await this.#startStore()
    const user = ['--name', 'client.rgw', 'user', 'create', '--uid=test', '--display-name=test']
    const keys = [`--access-key=${this.accessKeyId}`, `--secret-key=${this.secretAccessKey}`]
    // On a busy machine it may give up early, with or without having made the user.
    await until(async () => {
      const isMade = await this.#run('radosgw-admin', ['--name', 'client.rgw', 'user', 'info', '--uid=test']).catch(
        () => undefined,
      )
      if (isMade === undefined) await this.#run('radosgw-admin', [...user, ...keys])
      return true
    })
    this.#isMade = true
  }

  async #startStore(): Promise<void> {
    this.#spawn('osd', 'ceph-osd', ['-f', '-i', '0'])
    await until(async () => {
      this.#look('osd')
      return (await this.#run('ceph', ['osd', 'stat'])).includes('1 up')
    })
  }

  #spawn(name: string, command: string, words: readonly string[]): void {
    const log = fs.openSync(`${this.folder}/${name}.out`, 'a')
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...words], { env: this.#env, stdio: ['ignore', log, log] })
    fs.closeSync(log)
    child.unref() // it ends with us
    this.#running.set(name, child)
  }

  #look(name: string): true {
    const child = this.#running.get(name)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      throw Object.assign(new Error(`${name} has ended:\n${fs.readFileSync(`${this.folder}/${name}.out`, 'utf8')}`), {
        isFinal: true,
      })
    }
    return true
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#running.get(name)
    this.#running.delete(name)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async #run(command: string, words: readonly string[]): Promise<string> {
    return (await promisify(execFile)(command, words, { env: this.#env })).stdout
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port) // it listens on TCP
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** A daemon comes up when it is ready. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; ;) {
    try {
      if (await holds()) return
    } catch (error) {
      if ((error as { isFinal?: boolean }).isFinal === true || performance.now() > end) throw error
    }
    await pause(30)
  }
}

interface ConfigOptions {
  readonly folder: string
  readonly port: number
  readonly mon: number
  readonly monV1: number
  readonly store: string
}

/** One of each, as quick as they can be made, and nothing kept twice. */
function config({ folder, port, mon, monV1, store }: ConfigOptions): string {
  return `[global]
fsid = ${randomUUID()}
mon host = [v2:127.0.0.1:${mon},v1:127.0.0.1:${monV1}]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
paxos propose interval = 0.05
paxos min wait = 0.01
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = ${folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon allow pool delete = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/$name.log
log to stderr = false
mon cluster log file = ${folder}/cluster.log
crash dir = ${folder}
[mon.a]
mon data = ${folder}/mon
mon addr = 127.0.0.1
[osd]
osd data = ${folder}/osd
osd objectstore = ${store}
osd class load list = *
osd memory target = 1073741824
memstore device bytes = 6442450944
bluestore block size = 21474836480
bluestore fsck on mount = false
[client.rgw]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw thread pool size = 64
debug rgw = 0/0
debug ms = 0/0
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw gc obj min wait = 10
rgw gc processor period = 10
rgw enable usage log = false
rgw enable ops log = false
`
}
