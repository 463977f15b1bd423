import type { Step } from '../batch/step.ts'
import type { RawPath } from '../model/path.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import type { AckedTree } from '../tree/acked-tree.ts'

/**
 * What is known of a target's holdings around each attempt. Before a batch is sent its paths are written down, so that after
 * a crash, or any other end that nobody saw, they are in doubt and sent again.
 */
export interface Ledger {
  /** The batch is about to be sent. */
  begin(batch: string, steps: readonly Step[]): void
  /** The batch has come back: what failed is in doubt, the rest is there. */
  settle(batch: string, steps: readonly Step[], hasFailed: (step: Step) => boolean): void
  /** Puts paths in doubt whose attempt may have done something after all. */
  doubt(steps: readonly Pick<Step, 'path' | 'from'>[]): void
  /** Puts what earlier runs left unsettled in doubt; returns those paths. */
  recover(): RawPath[]
}

export function createLedger(store: Store, record: TargetRecord, acked: AckedTree): Ledger {
  const doubt = ({ path, from }: Pick<Step, 'path' | 'from'>): void => {
    if (from === undefined) acked.doubt(path)
    else acked.doubtMove(from, path)
  }
  return {
    begin(batch, steps) {
      store.transaction(() =>
        record.begin(
          batch,
          steps.map(({ path, from }) => (from === undefined ? [path] : [path, from])),
        ),
      )
    },
    settle(batch, steps, hasFailed) {
      store.transaction(() => {
        for (const step of steps) {
          if (hasFailed(step)) doubt(step)
          else confirm(acked, step)
        }
        record.end(batch)
      })
    },
    doubt(steps) {
      store.transaction(() => {
        record.dirty = true
        for (const step of steps) doubt(step)
      })
    },
    recover() {
      const paths: RawPath[] = []
      for (const { batch, changes } of record.interrupted()) {
        store.transaction(() => {
          for (const [path, from] of changes as [RawPath, RawPath?][]) {
            doubt({ path, from })
            paths.push(path, ...(from === undefined ? [] : [from]))
          }
          record.dirty = true
          record.end(batch)
        })
      }
      return paths
    },
  }
}

function confirm(acked: AckedTree, { type, path, from, seen }: Step): void {
  if (type === 'delete') acked.remove(path)
  else {
    if (from !== undefined) acked.move(from, path)
    acked.put(path, seen!)
  }
}
