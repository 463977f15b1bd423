import type { Room } from '../mutant.ts'

/** The kernel's own hints. */
export const inotify: Room = {
  folder: 'packages/core/src/monitor',
  tests: ['packages/core/test/monitor/inotify.test.ts', 'packages/core/test/monitor/namespace.test.ts'],
  mutants: [
    {
      name: 'an overflow is taken for an event',
      file: 'inotify.ts',
      find: "      this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why: 'overflow' })\n",
      replace: '',
      why: 'the kernel says when it drops events, and that is a loss',
    },
    {
      name: 'a watch that the kernel dropped is remembered',
      file: 'inotify.ts',
      find: "if (name === '' && (mask & IN.IGNORED) !== 0) this.#table.forget(watch)",
      replace: '',
      why: 'numbers of watches are of one directory',
    },
    {
      name: 'what is moved in is not told',
      file: 'inotify.ts',
      find: '  IN.MOVED_FROM |\n  IN.MOVED_TO |\n',
      replace: '  IN.MOVED_FROM |\n',
      why: 'every change leads to a hint',
    },
    {
      name: 'modes and times are not told',
      file: 'inotify.ts',
      find: '  IN.ATTRIB |\n',
      replace: '',
      why: 'every change leads to a hint',
    },
    {
      name: 'a file that was written through a memory map is not told',
      file: 'inotify.ts',
      find: '  IN.CLOSE_WRITE |\n  IN.MOVED_FROM',
      replace: '  IN.MOVED_FROM',
      why: 'every change leads to a hint',
    },
    {
      name: 'bytes are not told from modes',
      file: 'inotify.ts',
      find: 'content: (mask & (IN.MODIFY | IN.CLOSE_WRITE)) !== 0,',
      replace: 'content: (mask & IN.ATTRIB) !== 0,',
      why: 'an equal stat is not believed when bytes were written',
    },
    {
      name: 'that something was moved is not told',
      file: 'inotify.ts',
      find: '...((mask & (IN.MOVED_FROM | IN.MOVED_TO)) !== 0 && { moved: true }),',
      replace: '',
      why: 'hints of the inside of what was away and is back were looked for in vain',
    },
    {
      name: 'a symlink in the place of a directory is followed',
      file: 'inotify.ts',
      find: 'const MASK = ROOT_MASK | IN.DONT_FOLLOW',
      replace: 'const MASK = ROOT_MASK',
      why: 'nothing outside of the source is watched',
    },
    {
      name: 'a directory that may not be watched is gone',
      file: 'inotify.ts',
      find: 'if (isNoDirectory(errno)) return',
      replace: 'if (isNoDirectory(errno) || errno === ERRNO.EACCES) return',
      why: 'only what is absent counts as deleted',
    },
    {
      name: 'a descriptor that is opened anew loses nothing',
      file: 'inotify.ts',
      find: "    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why: 'error' })\n",
      replace: '',
      why: 'with a new descriptor all watches are gone',
    },
    {
      name: 'what was mounted below is not said to have gone',
      file: 'inotify.ts',
      find: '} else if ((mask & IN.UNMOUNT) !== 0) {',
      replace: '} else if ((mask & IN.UNMOUNT) !== 0 && (mask & IN.ISDIR) !== 0) {',
      why: 'what lies under a mount point comes to light',
    },
    {
      name: 'of several events on one name the first counts',
      file: 'inotify-queue.ts',
      find: '        mask |= words[(next >> 2) + 1]!\n',
      replace: '',
      why: 'a name that was made and then written to was written to',
    },
    {
      name: 'events on names of the same length are one',
      file: 'inotify-queue.ts',
      find: 'for (let at = 4; at < 4 + (length >> 2); at++) if (words[a + at] !== words[b + at]) return false',
      replace: '',
      why: 'each name gets its hint',
    },
    {
      name: 'a signal ends the watch',
      file: 'inotify-queue.ts',
      find: '      if (count === -ERRNO.EINTR) continue\n',
      replace: '',
      why: 'a call that a signal interrupts is made again',
    },
    {
      name: 'a shared watch is dropped with its first directory',
      file: 'watch-table.ts',
      find: 'const rest = this.directories(watch).filter((other) => other !== directory)',
      replace: 'const rest = this.directories(watch).filter((other) => other < 0)',
      why: 'the kernel has one watch for an inode, however many ids it has here',
    },
  ],
}

/** The other monitors, and the choice. */
export const portable: Room = {
  folder: 'packages/core/src/monitor',
  tests: [
    'packages/core/test/monitor/poll.test.ts',
    'packages/core/test/monitor/choose.test.ts',
    'packages/core/test/monitor/parcel.test.ts',
  ],
  mutants: [
    {
      name: 'the poll comes once',
      file: 'poll.ts',
      find: '          next()\n',
      replace: '',
      why: 'every change is looked at within one interval',
    },
    {
      name: 'events below an unknown directory are dropped',
      file: 'parcel.ts',
      find: "else this.#sayOnce({ type: 'tree', dir })",
      replace: '',
      why: 'what cannot be placed is looked for below the nearest directory',
    },
    {
      name: 'an overflow of the library is not told',
      file: 'parcel.ts',
      find: "this.#lose(overflow ? 'overflow' : 'error')",
      replace: "if (!overflow) this.#lose('error')",
      why: 'no loss is silent',
    },
    {
      name: 'a network is watched like a disk',
      file: 'choose.ts',
      find: '  if (network !== undefined) {\n    return {\n      monitor: poll(options),',
      replace: "  if (network === 'NFS') {\n    return {\n      monitor: poll(options),",
      why: 'changes that others make are not reported to this machine',
    },
  ],
}

/** One mark for a whole file system. */
export const fanotify: Room = {
  folder: 'packages/core/src/monitor',
  tests: ['packages/core/test/monitor/fanotify.test.ts', 'packages/core/test/monitor/handle-table.test.ts'],
  mutants: [
    {
      name: 'an overflow of the limited queue is not told',
      file: 'fanotify.ts',
      find: "    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why })\n",
      replace: '',
      why: 'the kernel says when it drops events, and that is a loss',
    },
    {
      name: 'the end of a directory is not told',
      file: 'fanotify-group.ts',
      find: ' | FAN.DELETE_SELF |',
      replace: ' |',
      why: 'one that is made in its inode looks like it, and has to be armed',
    },
    {
      name: 'of a rename, only the old place is told',
      file: 'fanotify-group.ts',
      find: 'new Set([2, 3, 10, 12])',
      replace: 'new Set([2, 3, 10])',
      why: 'every change leads to a hint',
    },
    {
      name: 'a handle that is removed stays in its chain',
      file: 'handle-table.ts',
      find: 'if (before === record) this.#chains[chain] = records[record]!',
      replace: 'if (before === record) this.#chains[chain] = before',
      why: 'a directory that was disarmed is none of ours',
    },
    {
      name: 'what cannot be marked is not watched',
      file: 'fanotify.ts',
      find: 'const answer = this.#inotify.arm(dir, path)',
      replace: "const answer = 'armed' as 'armed' | 'gone' | 'limit'",
      why: 'it is watched by inotify',
    },
  ],
}
