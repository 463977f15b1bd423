import fs from 'node:fs'
import path from 'node:path'
import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** Its wall clock is set back, or on, while it runs or between two starts; that of the kernel stays. */
export function clock(field: Field): Fault {
  const { random } = field
  const file = path.join(field.place.folder, 'clock')
  const set = (seconds: number): void => {
    field.tell(`the clock is ${seconds} s off`)
    fs.writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`)
    fs.renameSync(`${file}.new`, file)
  }
  set(random.pick([0, 0, 30, 3600]))
  const env = {
    LD_PRELOAD: library() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
    FAKE_UTIME: '0',
  }
  field.launch = { ...field.launch, env: { ...field.launch.env, ...env } }
  return {
    strike: () => set(random.pick([-0.3, -2, -30, -3600, -90_000])),
    heal: () => set(random.pick([0, 0, 3600])),
  }
}

export function lacksFaketime(): string | undefined {
  return library() === undefined ? 'the library faketime is not installed' : undefined
}

function library(): string | undefined {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
  return folders.map((folder) => `${folder}/faketime/libfaketimeMT.so.1`).find((each) => fs.existsSync(each))
}
