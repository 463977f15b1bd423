import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { sshdIsMissing, startSshd } from '../../e2e/stage/servers/sshd.ts'
import { figure } from '../stage/figure.ts'
import type { Table } from '../stage/table.ts'
import { FILE_BYTES, makeTree } from '../stage/tree.ts'
import { clsync } from './contenders.ts'

/** Renames a directory of many files and counts what goes through ssh for it. */
export async function renameOverSsh(folder: string, files: number): Promise<Table> {
  const title = `A directory of ${files} files of ${FILE_BYTES} bytes is renamed, over ssh`
  if (sshdIsMissing !== undefined) return { title: `${title}: left out, ${sshdIsMissing}`, rows: [], notes: [], failed: false }
  const [source, target] = [`${folder}/source`, `${folder}/target`]
  for (const made of [source, target]) fs.mkdirSync(made, { recursive: true })
  makeTree(`${source}/old`, files)
  const sshd = await startSshd()
  const proxy = await countingProxy(sshd.port)
  const config = `${folder}/ssh_config`
  const alias = `  HostKeyAlias [127.0.0.1]:${sshd.port}\n`
  fs.writeFileSync(
    config,
    fs.readFileSync(sshd.configFile, 'utf8').replace(`Port ${sshd.port}\n`, `Port ${proxy.port}\n${alias}`),
  )
  const ground = { source, target, sshd, rsyncd: undefined }
  const contender = await clsync('clsync', ground, `target:${target}`, { ssh: { configFile: config } })
  try {
    const first = proxy.bytes()
    const startedAt = performance.now()
    fs.renameSync(`${source}/old`, `${source}/new`)
    while (!fs.existsSync(`${target}/new`) || fs.existsSync(`${target}/old`)) await pause(1)
    const ms = performance.now() - startedAt
    await pause(1000)
    const renamed = proxy.bytes() - first
    const rows = [
      { '': 'first sync', bytes: first },
      { '': 'rename', bytes: renamed, ms },
    ]
    const figures = [figure('rsync rename', { name: 'clsync', role: 'ours' }, files)('bytes per file', renamed / files)]
    return { title, rows, notes: [], figures, failed: renamed > files }
  } finally {
    await contender.stop()
    await proxy.close()
    await sshd.dispose()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Passes connections on to a port of this machine and counts the bytes in both directions. */
async function countingProxy(port: number): Promise<{ readonly port: number; bytes(): number; close(): Promise<void> }> {
  let bytes = 0
  const open = new Set<net.Socket>()
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('data', (piece) => {
        bytes += piece.length
        other.write(piece)
      })
      one
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(one)
          other.destroy()
        })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as net.AddressInfo).port,
    bytes: () => bytes,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
