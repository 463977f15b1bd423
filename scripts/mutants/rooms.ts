import type { Room } from './mutant.ts'
import { acked } from './rooms/acked.ts'
import { applying } from './rooms/applying.ts'
import { batch } from './rooms/batch.ts'
import { looking } from './rooms/looking.ts'
import { mirror } from './rooms/mirror.ts'
import { model } from './rooms/model.ts'
import { fanotify, inotify, portable } from './rooms/monitor.ts'
import { schedule } from './rooms/schedule.ts'
import { sending } from './rooms/sending.ts'
import { source } from './rooms/source.ts'
import { store } from './rooms/store.ts'

/** All mistakes, by where they are made. */
export const rooms: readonly Room[] = [
  ...[model, looking, applying, acked, batch, schedule],
  ...[source, sending, store, inotify, fanotify, portable, mirror],
]
