import { clsync } from './clsync.ts'
import { clsyncC } from './clsync-c.ts'
import type { Contender } from './contender.ts'
import { floor } from './floor.ts'
import { inotifywait } from './inotifywait.ts'
import { lsyncd } from './lsyncd.ts'
import { unison } from './unison.ts'
import { watchman } from './watchman.ts'

const CONTENDERS: readonly Contender[] = [
  floor,
  clsync('fanotify'),
  clsync('inotify'),
  clsyncC,
  lsyncd('rsync'),
  lsyncd('direct'),
  unison,
  watchman('all'),
  watchman('names'),
  inotifywait,
]

export interface Present {
  readonly contenders: readonly Contender[]
  /** Of each that can run here, by its name. */
  readonly versions: Readonly<Record<string, string>>
  /** Why the others cannot, a line each. */
  readonly missing: readonly string[]
}

/** Those that can run here; with `names`, only those whose names hold one of them. */
export function presentContenders(names: readonly string[] | undefined): Present {
  const asked = CONTENDERS.filter(({ name }) => names === undefined || names.some((each) => name.includes(each)))
  const contenders: Contender[] = []
  const versions: Record<string, string> = {}
  const missing: string[] = []
  for (const contender of asked) {
    const probed = contender.probe()
    if ('lacks' in probed) missing.push(`${contender.name}: ${probed.lacks}`)
    else {
      contenders.push(contender)
      versions[contender.name] = probed.version
    }
  }
  return { contenders, versions, missing }
}

/** In another order each time, so that nobody always comes after the same. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = ((by % items.length) + items.length) % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
