import { ClsyncError } from '../../../src/model/error.ts'
import type { Random } from './random.ts'

export interface FaultRates {
  /** Of a system call of the engine on one path. */
  readonly look: number
  /** Of a watch. */
  readonly watch: number
  /** Of a transaction: the disk is full. */
  readonly store: number
}

/** What goes wrong around the engine by itself, until it is switched off. */
export class Faults {
  isOn = true
  /** Told of each. */
  onFault: (what: string) => void = () => {}
  readonly #rates: FaultRates
  readonly #random: Random

  constructor(rates: FaultRates, random: Random) {
    this.#rates = rates
    this.#random = random
  }

  throwFor(call: string, path: string): void {
    if (!this.#happens(this.#rates.look)) return
    this.onFault(`${call} ${path} fails`)
    const code = this.#random.pick(['EACCES', 'EIO'])
    throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code })
  }

  isWatchRefused(): boolean {
    return this.#happens(this.#rates.watch)
  }

  throwForDisk(): void {
    if (!this.#happens(this.#rates.store)) return
    this.onFault('the disk is full')
    throw Object.assign(new Error('database or disk is full'), { errcode: DISK_FULL })
  }

  #happens(rate: number): boolean {
    return this.isOn && rate > 0 && this.#random.chance(rate)
  }
}

/** SQLITE_FULL */
const DISK_FULL = 13

export function isDiskFull(error: unknown): boolean {
  const cause = error instanceof ClsyncError ? error.cause : error
  return (cause as { errcode?: unknown } | undefined)?.errcode === DISK_FULL
}
