import fs from 'node:fs'
import path from 'node:path'
import type { Field } from '../field.ts'
import { ANCHOR } from '../world.ts'
import type { Fault } from './fault.ts'

/** The kernel's queue runs over while it stands still: with what says nothing, so that the changes that count are dropped. */
export function overflow(field: Field): Fault {
  return {
    async strike() {
      await field.running.ready()
      field.running.kill('SIGSTOP')
      // Nearly full, so that it runs over at some change of the steps to come.
      flood(path.join(field.place.source, ANCHOR), queueLength() - field.random.below(200))
    },
    heal: () => field.running.kill('SIGCONT'),
  }
}

export function lacksQueue(): string | undefined {
  return queueLength() <= MOST ? undefined : `the kernel's queue holds more than ${MOST} events`
}

/** Two kinds of events in turn: equal ones in a row are one for the kernel. */
function flood(file: string, events: number): void {
  const fd = fs.openSync(file, 'r+')
  try {
    for (let count = 0; count < events; count += 2) {
      fs.writeSync(fd, 'stays', 0)
      fs.futimesSync(fd, count, count)
    }
  } finally {
    fs.closeSync(fd)
  }
}

function queueLength(): number {
  return Number(fs.readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'))
}

const MOST = 100_000
