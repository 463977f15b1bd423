import type { Room } from '../mutant.ts'

export const schedule: Room = {
  folder: 'packages/core/src/schedule',
  tests: ['packages/core/test/schedule', 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'no backoff',
      file: 'backoff.ts',
      find: 'minMs * 2 ** Math.min(failures - 1, 30)',
      replace: 'minMs',
      why: 'the wait doubles with each failure',
    },
    {
      name: 'a wait without end',
      file: 'backoff.ts',
      find: 'Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30))',
      replace: 'minMs * 2 ** (failures - 1)',
      why: 'no wait is longer than the maximum',
    },
    {
      name: 'a comparison goes on although its beginning was touched',
      file: 'item.ts',
      find: '  item.after = undefined\n',
      replace: '',
      why: 'what was touched once more is compared from its start',
    },
    {
      name: 'a touch narrows what is to be compared',
      file: 'item.ts',
      find: 'if (WIDTH[scope] > WIDTH[item.scope]) item.scope = scope',
      replace: 'item.scope = scope',
      why: 'a tree that waits is compared whole, whatever is touched of it',
    },
    {
      name: 'what was touched while it was away is forgotten',
      file: 'schedule.ts',
      find: '    mergeItem(item, newer.scope, newer.lastAt)\n',
      replace: '',
      why: 'an item that is put back stands for what came meanwhile, too',
    },
    {
      name: 'the item for which a batch has no room is lost',
      file: 'schedule.ts',
      find: `      if (items.length >= limit) return items
      this.#window.delete(path)`,
      replace: `      this.#window.delete(path)
      if (items.length >= limit) return items`,
      why: 'what is due is taken, or waits on',
    },
    {
      name: 'what was parked goes to the end',
      file: 'schedule.ts',
      find: 'this.#resumed.unshift(...items)',
      replace: 'this.#resumed.push(...items)',
      why: 'a directory stays ahead of what is below it',
    },
    {
      name: 'nobody wakes for a retry',
      file: 'schedule.ts',
      find: 'return this.#dueAt === undefined ? at : at === undefined ? this.#dueAt : Math.min(at, this.#dueAt)',
      replace: 'return this.#dueAt',
      why: 'what waits for its own time is sent when it has come',
    },
    {
      name: 'a retry that is touched waits on',
      file: 'schedule.ts',
      find: 'if (waiting.attempts > 0) this.#later.hurry(path, now + this.#times.hurryMs)',
      replace: '',
      why: 'what failed a path may have been what was changed since',
    },
    {
      name: 'each touch begins the window anew',
      file: 'schedule.ts',
      find: 'this.#dueAt ??= now + this.#times.delayMs',
      replace: 'this.#dueAt = now + this.#times.delayMs',
      why: 'a window ends, however busy the tree is',
    },
    {
      name: 'more paths than are kept are dropped',
      file: 'schedule.ts',
      find: '  else window.set(path, { ...item, path, scope: window.size',
      replace: '  else if (window.size < MOST_ITEMS) window.set(path, { ...item, path, scope: window.size',
      why: 'what is too much is told by its directory',
    },
    {
      name: 'a flush hurries what has failed',
      file: 'queue.ts',
      find: 'item.attempts > 0 ? at : Math.min(at, now)',
      replace: 'Math.min(at, now)',
      why: 'what fails is not tried without a pause',
    },
    {
      name: 'what was brought forward is taken twice',
      file: 'queue.ts',
      find: '    while (heap.length > 0 && nodes.get(heap[0]!.item.path) !== heap[0]) pop(heap)\n',
      replace: '',
      why: 'one path is one item',
    },
  ],
}
