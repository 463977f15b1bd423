import fs from 'node:fs'

/** CPU time of all threads of a running process so far, in milliseconds with fractions. */
export function cpuMsOf(pid: number): number {
  let nanoseconds = 0
  for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(fs.readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return nanoseconds / 1e6
}

/** CPU time of all child processes that have ended so far, in milliseconds; counted in ticks of 10. */
export function endedChildrenCpuMs(): number {
  // The name before the last bracket may hold anything; field 16 of proc(5) is the fourteenth after it.
  const fields = fs.readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return 10 * (Number(fields[13]) + Number(fields[14]))
}

export interface Memory {
  readonly nowMiB: number
  readonly peakMiB: number
}

/** Resident memory of a running process. */
export function memoryOf(pid: number): Memory {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { nowMiB: field('VmRSS'), peakMiB: field('VmHWM') }
}
