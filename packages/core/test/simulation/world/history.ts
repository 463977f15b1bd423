import type { FileOperation, Operation, OperationType } from './operations.ts'
import { createRandom, type Random } from './random.ts'
import { drawSetting, isNoLoss, type Setting } from './setting.ts'

/** All that decides a history. */
export interface History {
  /** Of everything that is not said here: delays, faults, what a handler does. */
  readonly seed: number
  readonly setting: Setting
  readonly operations: readonly Operation[]
}

export function drawHistory(seed: number): History {
  const random = createRandom(seed)
  const setting = drawSetting(random.fork('setting'))
  const draw = random.fork('operations')
  const hasMounts = random.chance(0.15)
  const hasRootTrouble = random.chance(0.15)
  const has = (share: number): boolean => random.chance(share)
  // Renamed and rewritten with its old time while nobody watched: no look can tell.
  const { queueLimit, watchLimit, faults } = setting
  const isWatched =
    isNoLoss(setting) &&
    queueLimit > 1000 &&
    watchLimit === Infinity &&
    faults.look + faults.watch + faults.store === 0 &&
    random.chance(0.5)
  const choices = weigh({
    ...FILES,
    ...(isWatched ? { stealth: 3 } : PROCESS),
    ...(hasMounts ? MOUNTS : {}),
    ...(hasRootTrouble ? ROOTS : {}),
    ...(has(0.2) ? LOCKS : {}),
    // What is closed while nobody watches shows by nothing.
    ...(has(0.3) && isWatched ? MAPS : {}),
    ...(has(0.3) ? OUTSIDE : {}),
    // Afterwards what the source lacks is a stranger, and one that is kept may be in the way for good.
    ...(!isWatched && setting.task.extraneous === 'delete' && has(0.2) ? { 'lose-state': 1 } : {}),
    ...(has(0.1) ? { clock: 1 } : {}),
  })
  const busy = draw.chance(0.5)
  const length = draw.pick([5, 15, 40, 80])
  return { seed, setting, operations: Array.from({ length }, () => drawOperation(draw, choices, busy)) }
}

type Weights = Partial<Record<OperationType, number>>

type Special = keyof typeof MOUNTS | keyof typeof ROOTS | keyof typeof LOCKS | keyof typeof MAPS | keyof typeof OUTSIDE
const FILES: Record<Exclude<FileOperation, Special>, number> = {
  ...{
    create: 8,
    write: 5,
    rewrite: 5,
    stealth: 0,
    truncate: 2,
    replace: 5,
    remove: 5,
    'remove-tree': 2,
    recreate: 4,
    'change-kind': 3,
  },
  ...{ rename: 6, 'rename-over': 3, 'rename-directory': 6, 'rename-back': 3, 'rename-recreate': 4, exchange: 3 },
  ...{ mkdir: 3, grow: 6, symlink: 2, fifo: 1, link: 3, chmod: 3, chown: 1, utimes: 2 },
}
const MOUNTS = { mount: 3, unmount: 3 } as const
const ROOTS = { 'root-away': 1, 'root-back': 3, 'root-replace': 1, 'root-empty': 1, 'root-cover': 1, 'root-uncover': 3 } as const
const LOCKS = { lock: 4, unlock: 4 } as const
const MAPS = { 'write-mapped': 4, unmap: 4 } as const
const OUTSIDE = { 'move-out': 3, 'move-in': 5, 'grow-outside': 2, 'write-outside': 2 } as const
const PROCESS: Weights = { crash: 2, 'crash-at-commit': 2, 'crash-at-call': 2, stop: 1, pause: 1, resume: 2, idle: 1 }

function weigh(weights: Weights): OperationType[] {
  // Object.entries forgets that the keys are operations.
  return Object.entries(weights).flatMap(([type, weight]) => Array<OperationType>(weight ?? 0).fill(type as OperationType))
}

function drawOperation(random: Random, choices: readonly OperationType[], busy: boolean): Operation {
  const number = (): number => random.below(1 << 16)
  const gapMs = random.chance(busy ? 0.6 : 0.3) ? 0 : random.next() * random.pick([3, 50, 50, 1500])
  return { type: random.pick(choices), gapMs, a: number(), b: number(), c: number() }
}
