import fs from 'node:fs'

const TICK_MS = 10

/** What a process and all that it has started use. */
export interface TreeUsage {
  /** So far, of ended processes too; theirs in ticks of 10 ms each. */
  readonly cpuMs: number
  /** Of those that run. */
  readonly residentMiB: number
  /** Of those that run, what each had at most. */
  readonly peakMiB: number
}

const NOTHING: TreeUsage = { cpuMs: 0, residentMiB: 0, peakMiB: 0 }

export function treeUsage(pid: number): TreeUsage {
  try {
    // Fields 14 to 17 of proc(5): own time and that of ended children; the name before the last bracket may hold anything.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const ticks = (from: number): number => (Number(stat[from]) + Number(stat[from + 1])) * TICK_MS
    const { nowMiB, peakMiB } = memoryOf(pid)
    const own = {
      // Of running threads it is known exactly; threads that have ended are in the ticks alone.
      cpuMs: Math.max(cpuMsOf(pid), ticks(11)) + ticks(13),
      residentMiB: nowMiB,
      peakMiB,
    }
    return childrenOf(pid)
      .map(treeUsage)
      .reduce((sum, child) => add(sum, child), own)
  } catch {
    return NOTHING // it has just ended
  }
}

/** Each thread has children of its own. */
function childrenOf(pid: number): number[] {
  return fs.readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    } catch {
      return [] // the thread has ended meanwhile
    }
  })
}

function add(a: TreeUsage, b: TreeUsage): TreeUsage {
  return { cpuMs: a.cpuMs + b.cpuMs, residentMiB: a.residentMiB + b.residentMiB, peakMiB: a.peakMiB + b.peakMiB }
}

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
  return TICK_MS * (Number(fields[13]) + Number(fields[14]))
}

export interface Memory {
  readonly nowMiB: number
  readonly peakMiB: number
}

/** Resident memory of a running process. */
export function memoryOf(pid: number): Memory {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
  return { nowMiB: field('VmRSS'), peakMiB: field('VmHWM') }
}
