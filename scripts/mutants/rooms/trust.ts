import type { Room } from '../mutant.ts'

/** What may be believed of the source: times, and what was seen when a batch left. */
export const trust: Room = {
  folder: 'packages/core/src/engine',
  tests: ['packages/core/test/engine/source.test.ts', 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'the horizon is moved past looks that could not be done',
      file: 'horizon.ts',
      find: 'if (isAllSeen && !patrol.owesLooks)',
      replace: 'if (isAllSeen)',
      why: 'what could not be looked at is not known',
    },
    {
      name: 'the horizon is where a scan ended',
      file: 'horizon.ts',
      find: 'this.#set(this.#fromMs, isFull)',
      replace: 'this.#set(this.#o.clock.now(), isFull)',
      why: 'what was written after the look at it, while the scan went on, is not known',
    },
    {
      name: 'the horizon is moved by a pause, without a promise',
      file: 'horizon.ts',
      find: 'this.#set(wallMs, false)',
      replace: 'this.#set(wallMs, true)',
      why: 'silence proves something only where every change is told',
    },
    {
      name: 'no second look after a copy',
      file: 'second-look.ts',
      find: 'if (step.seen === undefined ? !isBack(options, step.path, first.stamp) : isStill(options, step, first)) return false',
      replace: 'if (step.seen !== undefined || !isBack(options, step.path, first.stamp)) return false',
      why: 'a file that changed during the copy is sent once more',
    },
    {
      name: 'no second look after a deletion',
      file: 'second-look.ts',
      find: 'if (step.seen === undefined ? !isBack(options, step.path, first.stamp) : isStill(options, step, first)) return false',
      replace: 'if (step.seen === undefined || isStill(options, step, first)) return false',
      why: 'what was made anew during the deletion is sent',
    },
    {
      name: 'what nobody watches is not looked at before it is deleted',
      file: 'second-look.ts',
      find: 'patrol.mayMiss && hasChanged(',
      replace: 'false && hasChanged(',
      why: 'what has come back unseen is not deleted',
    },
    {
      name: 'a directory that is back counts as if it had never gone',
      file: 'second-look.ts',
      find: '(ctimesMs.get(step) ?? disk.ctimeMs) !== disk.ctimeMs',
      replace: 'false',
      why: 'what nobody watches may have been something else while it was sent',
    },
    {
      name: 'a clock that was set back is not noticed',
      file: 'horizon.ts',
      find: '    return isBack\n',
      replace: '    return false\n',
      why: 'what is written from then on has a time at which all seemed to be known',
    },
    {
      name: 'after the clock was set back everything seems recent',
      file: 'horizon.ts',
      find: 'return timeMs < this.#knownAheadMs - RACY_MS && timeMs > this.#o.clock.now() + RACY_MS',
      replace: 'return false',
      why: 'a clock that begins in 1970 is no reason to send everything again',
    },
    {
      name: 'what has times of the former clock is sent for ever',
      file: 'horizon.ts',
      find: ' === this.#fromMs) this.#knownAheadMs = Infinity',
      replace: ' < 0) this.#knownAheadMs = Infinity',
      why: 'once all was seen, what lies ahead of the clock is known',
    },
    {
      name: 'the clock is compared with the horizon only',
      file: 'horizon.ts',
      find: 'offsetMs < this.#offsetMs - RACY_MS || ',
      replace: '',
      why: 'while much is looked at, the horizon is far behind, and tells nothing of the clock',
    },
    {
      name: 'any two times tell what happened in between',
      file: 'second-look.ts',
      find: 'return ctimeMs !== undefined && isWithinTick(ctimeMs, first.atMs) ? LONGEST_TICK_MS : undefined',
      replace: 'return undefined',
      why: 'within a tick of the clock, what made room for something else and is back has the time that it had',
    },
  ],
}
