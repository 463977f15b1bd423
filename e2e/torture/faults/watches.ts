import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { until } from '../../stage/until.ts'
import { lacksMounts } from '../mounts.ts'
import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** Watches run out: the limit is that of a user namespace of its own, so that nobody else feels it. */
export async function watches(field: Field): Promise<Fault> {
  const holder = spawn('unshare', ['--user', 'sleep', 'infinity'], { stdio: 'ignore' })
  field.afterwards(() => void holder.kill('SIGKILL'))
  const { pid = -1 } = holder
  await until('a user namespace', () => fs.readlinkSync(`/proc/${pid}/ns/user`) !== fs.readlinkSync('/proc/self/ns/user'))
  // Everybody is who he is outside.
  for (const map of ['uid_map', 'gid_map']) fs.writeFileSync(`/proc/${pid}/${map}`, '0 0 4294967295')
  const enter = [`--target=${pid}`, '--user', '--setuid=0', '--setgid=0']
  const limit = (count: number): void => {
    field.tell(`${count} watches`)
    const script = `echo ${count} > /proc/sys/user/max_inotify_watches`
    execFileSync('nsenter', [...enter, 'sh', '-c', script])
  }
  field.launch = { ...field.launch, prefix: ['nsenter', ...enter, ...field.launch.prefix] }
  const few = (): number => 3 + field.random.below(20)
  limit(field.random.chance(0.5) ? few() : MANY)
  return { strike: () => limit(few()), heal: () => limit(MANY) }
}

export function lacksWatches({ contender }: Pick<Field, 'contender'>): string | undefined {
  // Within the user namespace nobody may mark a file system of the host.
  return contender.needsWatches === false ? `${contender.name} has no watches that could run out` : lacksMounts()
}

const MANY = 100_000
