import fs from 'node:fs'

/** CPU time of a process, of all that it has started, and of what of that has ended, in ticks of 10 ms. */
export function familyCpuMs(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    // Fields 14 to 17 of proc(5): own and ended children's time, user and system.
    const own = stat.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * 10
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return children.reduce((sum, child) => sum + familyCpuMs(Number(child)), own)
  } catch {
    return 0 // it has just ended
  }
}
