import fs from 'node:fs'
import type { Field } from '../field.ts'
import { fill, mount, unmountLazily } from '../mounts.ts'
import type { Fault } from './fault.ts'

/** Between a kill and the next start the database loses its end. */
export function stateTruncated(field: Field): Fault {
  return damaged(field, (file) => {
    const { size } = fs.statSync(file)
    fs.truncateSync(file, field.random.chance(0.2) ? 0 : field.random.below(size))
  })
}

/** Between a kill and the next start something else is written over pages of the database. */
export function stateCorrupted(field: Field): Fault {
  const { random } = field
  return damaged(field, (file) => {
    const pages = Math.floor(fs.statSync(file).size / PAGE)
    const fd = fs.openSync(file, 'r+')
    for (let count = 1 + random.below(Math.max(1, pages)); count > 0; count--) {
      const page = random.chance(0.3) ? Buffer.alloc(PAGE) : random.bytes(PAGE)
      fs.writeSync(fd, page, 0, PAGE, PAGE * random.below(Math.max(1, pages)))
    }
    fs.closeSync(fd)
  })
}

/** Between a kill and the next start the database is deleted, or everything beside it as well. */
export function stateDeleted(field: Field): Fault {
  const { state } = field.place
  return {
    async strike() {
      await field.kill()
      if (field.random.chance(0.5)) for (const file of field.contender.stateFiles?.(field.place) ?? []) fs.rmSync(file)
      else for (const name of fs.readdirSync(state)) fs.rmSync(`${state}/${name}`, { recursive: true })
    },
    heal: () => undefined,
  }
}

/** Nothing more can be remembered for a while. */
export function stateFull(field: Field): Fault {
  const { state } = field.place
  mount('-t', 'tmpfs', '-o', 'size=64m,mode=755', 'tmpfs', state)
  field.afterwards(() => unmountLazily(state))
  let free = (): void => undefined
  return {
    mayEnd: true,
    complaint: /database or disk is full/,
    async strike() {
      free = await fill(state)
    },
    heal: () => free(),
  }
}

/** Why a contender cannot lose its state. */
export function lacksState({ contender }: Pick<Field, 'contender'>): string | undefined {
  return contender.stateFiles === undefined ? `${contender.name} keeps no state` : undefined
}

/** What is beside the database stays: a log that has not been brought in yet, unless it was ended in order. */
function damaged(field: Field, damage: (file: string) => void): Fault {
  return {
    async strike() {
      await field.kill(field.random.chance(0.5) ? 'SIGTERM' : 'SIGKILL')
      const [file] = field.contender.stateFiles?.(field.place) ?? []
      if (file !== undefined && fs.statSync(file).size > 0) damage(file)
    },
    heal: () => undefined,
  }
}

const PAGE = 4096
