import { setTimeout as pause } from 'node:timers/promises'

/** After the polite signal, all have this long to end. */
const PATIENCE_MS = 2000
const LOOK_EVERY_MS = 20

/** Ends a process group: TERM, then KILL for what is left of it. Resolves when none is left or all were told. */
export async function endGroup(leader: number): Promise<void> {
  send(leader, 'SIGTERM')
  // Stopped ones would never hear of it.
  send(leader, 'SIGCONT')
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_EVERY_MS) {
    if (!send(leader, 0)) return
    await pause(LOOK_EVERY_MS)
  }
  send(leader, 'SIGKILL')
}

/** False when there is no such group any more. */
function send(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
