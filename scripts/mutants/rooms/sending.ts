import type { Room } from '../mutant.ts'

/** What tells of the conductor's lower half. */
export const TESTS = ['outbox', 'delete-limit', 'first-contact', 'target', 'restart', 'held-deletes']
  .map((name) => `packages/core/test/engine/${name}.test.ts`)
  .concat('packages/core/test/cli/run-control.test.ts')

/** The conductor's lower half: what is due, for whom, and when it goes. */
export const sending: Room = {
  folder: 'packages/core/src/engine',
  tests: [...TESTS, 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'what came back is forgotten when the state cannot be written',
      file: 'unsettled.ts',
      find: '        next()\n        this.#waiting.shift()',
      replace: '        this.#waiting.shift()\n        next()',
      why: 'a full disk loses nothing',
    },
    {
      name: 'at the end windows are still waited for',
      file: 'run.ts',
      find: 'this.#isDraining || this.#hurrying > 0',
      replace: 'this.#hurrying > 0',
      why: 'a stop sends what is waiting, at once',
    },
    {
      name: 'a target that failed as often as it may goes on',
      file: 'health.ts',
      find: "    if (this.#retries.isSpent(this.failures)) return this.#change('fail')\n",
      replace: '',
      why: '`--retries` was asked for',
    },
    {
      name: 'a first pass that was paused is no first pass any more',
      file: 'lifecycle.ts',
      find: " || (from === 'paused' && input === 'resume')",
      replace: '',
      why: 'handlers may do the first sync in another way',
    },
    {
      name: 'a first pass that has failed once is no first pass any more',
      file: 'lifecycle.ts',
      find: "(from === 'backoff' && input === 'recovered') || ",
      replace: '',
      why: 'handlers may do the first sync in another way',
    },
    {
      name: 'a run begins unpaused',
      file: 'run.ts',
      find: '    if (options.isPaused) this.pause()\n',
      replace: '',
      why: 'a pause file that is there at the start is a pause file',
    },
    {
      name: 'without a first sync what is there is sent all the same',
      file: 'opening.ts',
      find: "task.initial === 'skip'",
      replace: 'false',
      why: '`--skip-initial` was asked for',
    },
    {
      name: 'what confirmed another target is taken for this one',
      file: 'opening.ts',
      find: 'if (session.isNew === true && record.met) store.transaction(() => record.forget())',
      replace: '',
      why: 'a target that is another one now holds nothing',
    },
    {
      name: 'strangers are deleted',
      file: 'opening.ts',
      find: "const isDeleted = task.extraneous === 'delete'",
      replace: 'const isDeleted = true',
      why: 'what a target held before is kept unless the user decides otherwise',
    },
    {
      name: 'a directory in use is compared again at once for what is to go into it',
      file: 'outbox.ts',
      find: '    if (this.#parked.has(path)) this.#park(item)\n    else if (asked.has(path)) this.#o.schedule.postpone(item, now + RETURNED_MS)\n    else this.#o',
      replace: '    this.#o',
      why: 'when it can be sent is known when its batch is back: until then that would go on for ever',
      hangs: true,
    },
    {
      name: 'what is held deep below a listing is forgotten',
      file: 'outbox.ts',
      find: "mergeItem(item, 'tree', item.lastAt) // a listing would not lead there again",
      replace: '',
      why: 'what is held is told of and kept until somebody decides',
    },
    {
      name: 'what both hold at first contact is not known',
      file: 'first-contact.ts',
      find: 'for (const path of shared) acked.doubt(path)\n',
      replace: '',
      why: 'what goes from the source before it was sent is deleted at the target that held it',
    },
    {
      name: 'deletions are counted for ever',
      file: 'delete-limit.ts',
      find: 'recent = recent.filter(({ at }) => at > now - WINDOW_MS)',
      replace: '',
      why: 'the limit is about a short time',
    },
    {
      name: 'paths in use are not put aside',
      file: 'outbox.ts',
      find: 'for (const path of busy) this.#park(freshItem(path, now))',
      replace: '',
      why: 'what waits for a batch in flight is not forgotten',
    },
    {
      name: 'what is put aside stays there',
      file: 'outbox.ts',
      find: 'if (this.#inFlight === 0) this.#unpark()',
      replace: '',
      why: 'where no batch comes back, nothing waits for one',
    },
    {
      name: 'the rest of a comparison is lost',
      file: 'outbox.ts',
      find: 'for (const item of rest) schedule.resume(item)',
      replace: 'for (const item of rest) if (item.after === undefined) schedule.resume(item)',
      why: 'a full batch leaves the rest for the next',
    },
    {
      name: 'two batches leave from one place',
      file: 'outbox.ts',
      find: 'return steps.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))',
      replace: 'return steps.map(({ path }) => path)',
      why: 'both places of a move are in use',
    },
    {
      name: 'a directory is free while something below it is in use',
      file: 'flight.ts',
      find: '      return above.has(path)\n',
      replace: '      return false\n',
      why: 'batches in flight at once never touch the same paths',
    },
    {
      name: 'whoever was disturbed once is disturbed for ever',
      file: 'flight.ts',
      find: '?? 0) > since) return true',
      replace: '?? 0) > 0) return true',
      why: 'what happened before a batch was made up is in it',
    },
    {
      name: 'a busy file is never sent',
      file: 'comparison.ts',
      find: 'Math.min(Math.max(item.lastAt, now - quietMs) + settleMs, item.firstAt + maxWaitMs)',
      replace: 'Math.max(item.lastAt, now - quietMs) + settleMs',
      why: 'however busy a file is, it is sent after the longest wait',
    },
    {
      name: 'what a target cannot hold is sent',
      file: 'comparison.ts',
      find: 'if (!capabilities.byteNames && !isUtf8(path)) return',
      replace: "if (!capabilities.byteNames && path === '') return",
      why: 'handlers get what they claim to take',
    },
    {
      name: 'whatever directory the target has there will do',
      file: 'comparison.ts',
      find: 'return acked.stamp === DOUBT || sameIdentity(seen, { ...acked, kind: acked.kind })',
      replace: 'return true',
      why: 'what belongs into a new directory is not put into the former one of its name',
    },
  ],
}
