import type { Room } from './mutant.ts'
import { acked } from './rooms/acked.ts'
import { applying } from './rooms/applying.ts'
import { batch } from './rooms/batch.ts'
import { looking } from './rooms/looking.ts'
import { mirror } from './rooms/mirror.ts'
import { model } from './rooms/model.ts'
import { importing } from './rooms/import.ts'
import { fanotify, inotify, portable } from './rooms/monitor.ts'
import { rsync } from './rooms/rsync.ts'
import { rules } from './rooms/rules.ts'
import { s3 } from './rooms/s3.ts'
import { scanning } from './rooms/scanning.ts'
import { schedule } from './rooms/schedule.ts'
import { script } from './rooms/script.ts'
import { sending } from './rooms/sending.ts'
import { settling } from './rooms/settling.ts'
import { source } from './rooms/source.ts'
import { store } from './rooms/store.ts'
import { target } from './rooms/target.ts'
import { trust } from './rooms/trust.ts'

/** All mistakes, by where they are made. */
export const rooms: readonly Room[] = [
  ...[model, looking, scanning, applying, acked, batch, schedule],
  ...[source, trust, sending, target, settling, store, inotify, fanotify, portable, mirror],
  ...[rules, importing, script, rsync, s3],
]
