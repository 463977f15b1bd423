import { eventLosses } from './events.ts'
import { failureLosses } from './failures.ts'
import type { Loss } from './loss.ts'
import { nameLosses } from './names.ts'
import { stateLosses } from './states.ts'

/** What the C clsync gets wrong, as histories that any of the two programs can be put through. */
export const LOSSES: readonly Loss[] = [...eventLosses, ...failureLosses, ...nameLosses, ...stateLosses]
