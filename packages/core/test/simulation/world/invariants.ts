import type { StatementSync } from 'node:sqlite'
import type { Status } from '../../../src/observe/status.ts'
import type { SeenEntry } from '../../../src/model/seen.ts'
import { fromText, type RawPath } from '../../../src/model/path.ts'
import { ROOT } from './disk.ts'
import { INODE, type Inode, VERSION } from './inode.ts'
import { isNoLoss } from './setting.ts'
import type { Target } from './target.ts'
import type { World } from './world.ts'

/** Looks, after each transaction and at the end, at what must hold at any time. */
export class Invariants {
  readonly #world: World
  /** Of the bytes that a stamp stands for. */
  readonly #versions = new Map<number, number>()

  readonly #statements = new Map<string, StatementSync>()

  /** Devices that the seen state has ever held something of; 0 for the root's own. */
  readonly seenDevices = new Set<number>()

  /** What the seen state has ever held. */
  readonly seenInodes = new WeakSet<Inode>()

  constructor(world: World) {
    this.#world = world
  }

  /** The seen state is about to hold this. */
  noteSeen(entry: SeenEntry & { readonly [VERSION]?: number; readonly [INODE]?: Inode }): void {
    this.seenDevices.add(entry.dev)
    if (entry[INODE] !== undefined) this.seenInodes.add(entry[INODE])
    if (entry.content === entry.stamp && entry[VERSION] !== undefined) this.#versions.set(entry.stamp, entry[VERSION])
  }

  /** What is acked is at the target, and every halt has a reason. */
  checkStep(): void {
    const status = this.#world.process!.engine.status()
    this.#checkHalts(status)
    for (const target of this.#world.targets) this.#checkAcked(target, this.#isTold(status))
  }

  /** Nothing is left over when there is nothing to do: neither in the database nor in memory. */
  checkRest(): void {
    const { db, process, targets } = this.#world
    const count = (sql: string): number => Number(this.#prepare(`select count(*) as n from ${sql}`).get()!['n'])
    const expect = (what: string, found: number): void => {
      if (found !== 0) this.#world.break(`at rest, but ${found} ${what}`)
    }
    expect('batches are still written down', count('flight'))
    expect('entries are in limbo', count('seen where parent = 0'))
    expect('seen entries have no directory', count('seen where parent > 1 and parent not in (select id from seen where id > 0)'))
    const orphans = 'acked as a where parent > 1 and not exists (select 1 from acked where target = a.target and id = a.parent)'
    expect('acked entries have no directory', count(orphans))
    const counted = Number(db.prepare("select value from meta where key = 'entries'").get()?.['value'] ?? 0)
    expect('entries are miscounted', counted - count('seen where parent > 0'))
    for (const row of db.prepare('select id, name, entries from target').all())
      expect(
        `entries of ${String(row['name'])} are miscounted`,
        Number(row['entries']) - count(`acked where target = ${Number(row['id'])}`),
      )
    const status = process!.engine.status()
    expect('directories wait to be read', status.tree.scanning)
    for (const [index, { pending, inFlight, problems }] of status.targets.entries()) {
      expect('paths wait', pending + inFlight)
      for (const { path, reason } of problems)
        if (!this.#isUnclaimed(targets[index]!, fromText(path)))
          this.#world.break(`at rest, but "${path}" is a problem: ${reason}`)
    }
  }

  #checkHalts({ state, halt, targets }: Status): void {
    if (state === 'halted' && halt === undefined && !targets.some((target) => target.halt !== undefined))
      this.#world.break('halted without a reason')
    for (const target of targets)
      if (target.state === 'halted' && !target.halt?.message) this.#world.break(`${target.name} is halted without a reason`)
  }

  /** Whether all that has happened in the source has been told, and looked at. */
  #isTold({ halt, tree, targets, monitor }: Status): boolean {
    const { history, process, hasUnseen } = this.#world
    const isSeen =
      targets.length > 0 &&
      tree.scanning + tree.hinted === 0 &&
      monitor.uncovered === 0 &&
      targets.every(({ problemCount }) => problemCount === 0)
    return isNoLoss(history.setting) && !process!.kernel.isBusy && isSeen && halt === undefined && !hasUnseen
  }

  #checkAcked(target: Target, isTold: boolean): void {
    const id = this.#prepare('select id from target where name = ?').get(target.name)?.['id']
    if (id === undefined) return
    const inFlight = this.#pathsInFlight(Number(id))
    const read = (sql: string, ...values: number[]): [string, RowWithKind][] => byPath(this.#prepare(sql).all(...values))
    const seen = new Map(isTold ? read('select parent, name, kind, id, stamp, content from seen') : [])
    for (const [path, { kind, stamp, content }] of read(
      'select parent, name, kind, id, stamp, content from acked where target = ?',
      Number(id),
    )) {
      if (stamp < 0 || kind === 'unknown' || target.isTouching(path) || inFlight.some((at) => isNear(at, path))) continue
      const held = target.holding.entries.get(path)
      const version = this.#versions.get(content)
      if (held?.kind !== kind) {
        this.#world.break(`${path} is acked by ${target.name} as ${kind}, which holds ${held?.kind ?? 'nothing'}`)
      }
      // Another stamp is a difference that is known, and sent.
      if (!isTold || kind === 'directory' || version === undefined || seen.get(path)?.stamp !== stamp) continue
      if (held?.version !== version) {
        this.#world.break(`${path} is acked by ${target.name} with content ${version}, which holds ${held?.version}`)
      }
    }
  }

  /** Their outcome is not known yet, also when their process has died. */
  #pathsInFlight(target: number): string[] {
    const rows = this.#prepare('select changes from flight where target = ?').all(target)
    return rows.flatMap((row) => (JSON.parse(String(row['changes'])) as string[][]).flat())
  }

  /** As most of them are asked after each transaction. */
  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#world.db.prepare(sql)))
    return statement
  }

  /** A problem for good: of a kind, or of a name, that the handler does not take. */
  #isUnclaimed({ setting: { capabilities } }: Target, path: RawPath): boolean {
    const inode = this.#world.disk.find(`${ROOT}/${path}`)
    return inode !== undefined && (capabilities.kinds?.includes(inode.kind) !== true || path.includes('\xff'))
  }
}

interface Row {
  readonly parent: number
  readonly name: string
  readonly kind: number
  readonly id: number
  readonly stamp: number
  readonly content: number
}

type RowWithKind = Omit<Row, 'kind'> & { readonly kind: string }

/** Rows of one of the two states with their paths. */
function byPath(found: unknown[]): [string, RowWithKind][] {
  const rows = found as Row[] // as selected
  const directories = new Map<number, Row>()
  for (const row of rows) if (row.id > 0) directories.set(row.id, row)
  const pathOf = ({ parent, name }: Row): string => {
    const above = directories.get(parent)
    return above === undefined ? name : `${pathOf(above)}/${name}`
  }
  return rows.map((row) => [pathOf(row), { ...row, kind: KINDS[row.kind]! }])
}

/** As the database numbers them. */
const KINDS = ['unknown', 'file', 'directory', 'symlink', 'other'] as const

function isNear(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}
