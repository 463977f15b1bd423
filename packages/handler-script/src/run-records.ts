import fs from 'node:fs'
import path from 'node:path'
import { endGroup } from './process-group.ts'

/** Remembers which runs are under way, so that those of a clsync that was killed are not left to work beside new ones. */
export interface RunRecords {
  /** A run has begun; call what is returned when it is over. */
  begun(pid: number): () => void
  /** Ends what an earlier clsync left running. Resolves to how many. */
  endOld(): Promise<number>
}

/** Works where processes can be told from later ones of the same number, which is on Linux. */
export function createRunRecords(stateDir: () => string): RunRecords {
  let directory: string | undefined
  const open = (): string => {
    directory = path.join(stateDir(), 'runs')
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
    return directory
  }
  return {
    begun(pid) {
      const birth = birthOf(pid)
      if (birth === undefined) return () => undefined
      const file = path.join(directory ?? open(), String(pid))
      fs.writeFileSync(file, birth)
      return () => fs.rmSync(file, { force: true })
    },
    async endOld() {
      if (BOOT === undefined) return 0
      let count = 0
      for (const name of fs.readdirSync(open())) {
        const file = path.join(open(), name)
        const pid = Number(name)
        if (mayBe(pid, fs.readFileSync(file, 'utf8')) && isGroup(pid)) {
          await endGroup(pid)
          count++
        }
        fs.rmSync(file, { force: true })
      }
      return count
    },
  }
}

/** Whether the process group of this number is the one of the record. The number is not given away while one of the group lives. */
function mayBe(pid: number, birth: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || !birth.startsWith(`${BOOT} `)) return false
  const now = birthOf(pid)
  return now === undefined || now === birth
}

function isGroup(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

/** The boot and the container, and the tick at which a process began. */
function birthOf(pid: number): string | undefined {
  try {
    const [, fields = ''] = /\) (.*)$/su.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return BOOT === undefined ? undefined : `${BOOT} ${fields.split(' ')[BEGINNING]}`
  } catch {
    return undefined
  }
}

/** Counted from the field after the name. */
const BEGINNING = 19

const BOOT = readBoot()

function readBoot(): string | undefined {
  try {
    return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fs.readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return undefined
  }
}
