import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'

/** What a person has to see as one line, without a stack. */
export class Failure extends Error {}

/** Runs a command to its end, silently; its output is shown when it fails. */
export function runQuietly(what, command, args, env, cwd = '.') {
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
  if (result.error) throw new Failure(`${what} failed: cannot run ${command}: ${result.error.message}`)
  if (result.status === 0) return result.stdout
  process.stderr.write(result.stdout + result.stderr)
  throw new Failure(`${what} failed (${result.signal ?? `exit code ${result.status}`}), see above`)
}

/** Runs a command with this terminal as its own and resolves to its exit code. */
export function runAttached(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' })
    // A terminal sends Ctrl-C to the child as well; here it is only survived, so that the child's last words are seen.
    process.on('SIGINT', () => {})
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => reject(new Failure(`cannot run ${command}: ${error.message}`)))
    child.on('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code))
  })
}
