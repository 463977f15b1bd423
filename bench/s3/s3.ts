import { spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lacksRadosgw, Radosgw } from '../../packages/handler-s3/test/radosgw.ts'
import { S3Stage } from '../../packages/handler-s3/test/s3-stage.ts'
import type { BenchOptions } from '../stage/options.ts'
import type { Row, Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'
import { endedChildrenCpuMs, memoryOf } from '../stage/usage.ts'

const CLSYNC = path.resolve(import.meta.dirname, '../../packages/core/bin/clsync.js')
const MIB = 1024 * 1024
const LARGE_MIB = 1024

/** Measures first uploads to a real S3 server, of many small files and of a large one, beside others. */
export async function s3({ folder, files, rounds = 3 }: BenchOptions): Promise<Table[]> {
  const lacking = lacksRadosgw()
  if (lacking !== undefined) return [{ title: 'A first upload to S3', rows: [], notes: [`left out: ${lacking}`], failed: false }]
  const server = await Radosgw.open({ store: 'bluestore' })
  try {
    await server.start()
    const stage = await S3Stage.open(server)
    const count = files?.[0] ?? 5000
    const small = `${folder}/small`
    makeTree(small, count)
    const large = `${folder}/large`
    makeLarge(large)
    const scene = { folder, server, stage }
    return [
      table(`${count} files of 1 KiB`, await rows(scene, small, count, rounds), count),
      table(`one file of ${LARGE_MIB} MiB`, await rows(scene, large, 1, rounds), 1),
    ]
  } finally {
    await server.dispose()
  }
}

interface Scene {
  readonly folder: string
  readonly server: Radosgw
  readonly stage: S3Stage
}

interface Upload {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMiB: number
}

async function rows(scene: Scene, source: string, count: number, rounds: number): Promise<Row[]> {
  const best = new Map<string, Upload>()
  for (let round = 0; round < rounds; round++) {
    const there = Object.entries(COMMANDS).filter(([name]) => name === 'clsync' || isInstalled(name))
    // Each goes first once: what the one before left to the server to do is part of what the next one meets.
    for (const [what, command] of [...there.slice(round % there.length), ...there.slice(0, round % there.length)]) {
      const prefix = `${what.replaceAll(' ', '-')}-${randomUUID()}`
      const upload = await run(scene, command(scene, source, prefix))
      const arrived = (await scene.stage.keys(`${prefix}/`)).length
      if (arrived !== count) throw new Error(`${what} sent ${arrived} of ${count} files`)
      const before = best.get(what)
      if (before === undefined || upload.wallMs < before.wallMs) best.set(what, upload)
    }
  }
  return Object.keys(COMMANDS).flatMap((what) => {
    const upload = best.get(what)
    if (upload === undefined) return []
    const { wallMs, cpuMs, peakMiB } = upload
    return [{ what, 's wall': wallMs / 1000, 's cpu': cpuMs / 1000, 'ms cpu/object': cpuMs / count, 'peak MiB': peakMiB }]
  })
}

function isInstalled(what: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${what.split(' ')[0]}`], { stdio: 'ignore' }).status === 0
}

type Command = (scene: Scene, source: string, prefix: string) => readonly string[]

const COMMANDS: Readonly<Record<string, Command>> = {
  clsync: ({ folder, server, stage }, source, prefix) => [
    ...[process.execPath, CLSYNC, '--once', '--handler', '@clsync/handler-s3', '-o', `endpoint=${server.endpoint}`],
    ...['--state-dir', `${folder}/${prefix}.state`, source, `s3://${stage.bucket}/${prefix}`],
  ],
  rclone: ({ stage }, source, prefix) => [
    ...['rclone', 'copy', '--transfers', '32', '--s3-chunk-size', '32M', '--s3-upload-concurrency', '4'],
    ...[source, `bench:${stage.bucket}/${prefix}`],
  ],
  'aws s3 sync': ({ server, stage }, source, prefix) => [
    // The one of Debian, whatever else is in the path.
    ...[fs.existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws', 's3', 'sync', '--only-show-errors'],
    ...['--endpoint-url', server.endpoint, source, `s3://${stage.bucket}/${prefix}`],
  ],
}

async function run({ folder, server }: Scene, [command = '', ...words]: readonly string[]): Promise<Upload> {
  const { AWS_CA_BUNDLE: _bundle, ...inherited } = process.env // rclone does not start with it
  fs.writeFileSync(`${folder}/aws`, '[default]\ns3 =\n  max_concurrent_requests = 32\n')
  const env = {
    ...inherited,
    ...server.env,
    AWS_CONFIG_FILE: `${folder}/aws`,
    RCLONE_CONFIG: `${folder}/rclone.conf`,
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Ceph',
    RCLONE_CONFIG_BENCH_ENDPOINT: server.endpoint,
    RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
  }
  const cpuBefore = endedChildrenCpuMs()
  const startedAt = performance.now()
  const child = spawn(command, words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const state: { code: number | null | undefined; endedAt: number } = { code: undefined, endedAt: 0 }
  child.on('error', (error) => (errors += String(error)))
  child.on('close', (code) => Object.assign(state, { code, endedAt: performance.now() }))
  let peakMiB = 0
  while (state.code === undefined) {
    try {
      peakMiB = Math.max(peakMiB, memoryOf(child.pid ?? -1).peakMiB || 0)
    } catch {
      // It has ended, or did not begin.
    }
    await pause(20)
  }
  if (state.code !== 0) throw new Error(`${command} ended with ${state.code}: ${errors}`)
  return { wallMs: state.endedAt - startedAt, cpuMs: endedChildrenCpuMs() - cpuBefore, peakMiB }
}

function makeLarge(directory: string): void {
  fs.mkdirSync(directory)
  const fd = fs.openSync(`${directory}/large.bin`, 'w')
  const block = randomBytes(MIB)
  for (let at = 0; at < LARGE_MIB; at++) {
    block.writeUInt32LE(at)
    fs.writeSync(fd, block)
  }
  fs.closeSync(fd)
}

function table(what: string, rows: readonly Row[], count: number): Table {
  const [own, ...others] = rows
  const fastest = Math.min(...others.map((row) => Number(row['s wall'])))
  const ofCpu = (what: string): number => Number(own?.['s cpu']) / Number(others.find((row) => row.what === what)?.['s cpu'])
  const notes = [
    `clsync takes ${(Number(own?.['s wall']) / fastest).toFixed(2)} times as long as the fastest of the others`,
    ...others.map(({ what }) => `it takes ${ofCpu(String(what)).toFixed(2)} times the CPU of ${what}`),
    ...(count > 1 ? ['cpu with the start of the process; it does not hold that of the server'] : []),
  ]
  return {
    title: `A first upload to S3: ${what}`,
    rows,
    notes,
    failed: Number(own?.['peak MiB']) > MOST_MIB || ofCpu('aws s3 sync') > 1,
  }
}

const MOST_MIB = 250
