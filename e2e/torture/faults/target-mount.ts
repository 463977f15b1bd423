import fs from 'node:fs'
import path from 'node:path'
import { until } from '../../stage/until.ts'
import type { Field } from '../field.ts'
import { fill, mount, unmount, unmountLazily } from '../mounts.ts'
import type { Fault } from './fault.ts'
import { bornAfter, LANDING_MS } from './stranger.ts'

/** The target can only be read for a while. */
export function targetReadOnly(field: Field): Fault {
  const { target } = field.place
  mount('--bind', target, target)
  field.afterwards(() => unmountLazily(target))
  const isDone = (mode: 'ro' | 'rw') => (): boolean => {
    try {
      mount('-o', `remount,bind,${mode}`, target)
      return true
    } catch {
      return false // a file is open for writing
    }
  }
  return {
    mayEnd: true,
    strike: () => until('a read-only target', isDone('ro')).then(() => undefined),
    heal: () => until('a writable target', isDone('rw')).then(() => undefined),
  }
}

/** No byte more fits into the target for a while. */
export function targetFull(field: Field): Fault {
  const { target } = field.place
  mount('-t', 'tmpfs', '-o', 'size=300m,mode=755', 'tmpfs', target)
  field.afterwards(() => unmountLazily(target))
  let free = (): void => undefined
  return {
    mayEnd: true,
    async strike() {
      free = await fill(target)
    },
    heal: () => free(),
  }
}

/** What is mounted at the target is not there for a while; what a careful contender leaves of the bare mount point is nothing. */
export function targetUnmounted(field: Field): Fault {
  const { folder, target } = field.place
  const store = path.join(folder, 'store')
  fs.mkdirSync(store)
  if (field.random.chance(0.5)) {
    mount('-t', 'tmpfs', '-o', 'size=300m,mode=755', 'tmpfs', store)
    field.afterwards(() => unmountLazily(store))
  }
  mount('--bind', store, target)
  field.afterwards(() => unmountLazily(target))
  let since = 0
  return {
    mayEnd: true,
    async strike() {
      await field.contact()
      await unmount(target)
      since = Date.now()
    },
    heal() {
      const written = bornAfter(target, since + LANDING_MS)
      for (const name of fs.readdirSync(target)) fs.rmSync(path.join(target, name), { recursive: true })
      mount('--bind', store, target)
      if (field.contender.isCareful === true && written.length > 0) {
        throw new Error(`a bare mount point got ${written.join(', ')}`)
      }
    },
  }
}
