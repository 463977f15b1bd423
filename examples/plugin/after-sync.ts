import { spawn } from 'node:child_process'
import { definePlugin, type TypedPlugin } from '@clsync/core'

/**
 * Runs a command when all targets are in sync again and something was sent: to reload a server, to clear a cache. It runs once
 * for a burst of changes and never twice at a time. `CLSYNC_CHANGES` tells it how many changes have arrived.
 */
export function afterSync(command: string, args: readonly string[] = []): TypedPlugin {
  let changes = 0
  let isRunning = false
  let isInSync = false
  const run = (): void => {
    if (isRunning || !isInSync || changes === 0) return
    isRunning = true
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, CLSYNC_CHANGES: String(changes) } })
    changes = 0
    child.on('error', (error) => console.error(`${command} could not be run: ${error.message}`))
    child.on('close', () => {
      isRunning = false
      run()
    })
  }
  return definePlugin({
    name: 'after-sync',
    apply(hooks) {
      hooks.synced.tap('after-sync', ({ count }) => {
        changes += count
        isInSync = false
      })
      hooks.drained.tap('after-sync', () => {
        isInSync = true
        run()
      })
    },
  })
}
