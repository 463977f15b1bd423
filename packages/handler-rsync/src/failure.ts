import { refuse } from '@clsync/core/handler'
import type { RunResult } from './run.ts'

/** The destination is another one than before, or gone. */
export class DestinationGone extends Error {}

/** Found out while it is synced to; it may just come back. */
export function destinationGone(name: string): DestinationGone {
  return new DestinationGone(`The destination ${name} is not there, or another one is in its place.`)
}

/** Why a run has failed as a whole: refused when waiting does not mend it. `undefined` when at most single paths have failed. */
export function runFailure({ exitCode, stderr }: RunResult, command: string): Error | undefined {
  if (exitCode === 0 || exitCode === 23 || exitCode === 24) return undefined
  const said = lastWords(stderr)
  const message = `rsync has ended with ${exitCode === undefined ? 'a signal' : `exit code ${exitCode}`}: ${said}`
  const advice = adviceFor(exitCode, stderr)
  return advice === undefined ? new Error(message) : refuse({ message, fix: `${advice} The command was: ${command}` })
}

/** Why ssh could not connect. */
export function sshFailure(stderr: string, host: string): Error {
  const advice = sshAdvice(stderr)
  const message = `No connection to ${host}: ${lastWords(stderr)}`
  return advice === undefined ? new Error(message) : refuse({ message, fix: advice })
}

/** A command could not be started. */
export function startFailure(error: unknown, command: string): Error {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT' && code !== 'EACCES') return error instanceof Error ? error : new Error(String(error))
  return refuse({
    message: `The program "${command}" ${code === 'ENOENT' ? 'was not found' : 'may not be run'}.`,
    fix: command.includes('ssh')
      ? 'Install an ssh client, or name it with the option ssh.command.'
      : 'Install rsync (3.1.3 or newer), or name it with the option rsyncPath.',
    cause: error,
  })
}

function adviceFor(exitCode: number | undefined, stderr: string): string | undefined {
  const ssh = exitCode === 255 ? sshAdvice(stderr) : undefined
  if (ssh !== undefined) return ssh
  if (/@ERROR: auth failed/u.test(stderr)) return 'Correct the user in the destination, or the option passwordFile.'
  if (/password file .*(?:must not be|owner|not open|unable)|could not open password file/iu.test(stderr)) {
    return 'Correct the option passwordFile: the file must be readable by you alone.'
  }
  if (
    exitCode === 127 ||
    exitCode === 126 ||
    // The closed connection may be noticed before what the shell on the other side has ended with.
    (exitCode === 12 && /^(?!rsync)[^\n]*: (?:No such file or directory|not found|command not found)$/mu.test(stderr)) ||
    /rsync: (?:command )?not found|rsync.*: No such file or directory.*exec/u.test(stderr)
  ) {
    return 'Install rsync on the other host, or name it with the option remoteRsyncPath.'
  }
  if (/The server is configured to refuse|daemon refused/iu.test(stderr)) {
    return 'Let the daemon accept it (`refuse options`, `read only` in rsyncd.conf), or switch the option off here.'
  }
  if (exitCode === 1) return 'Correct the options of the target; extraArguments above all.'
  if (exitCode === 2 || exitCode === 4) return 'Both sides need an rsync that understands these options: install a newer one.'
  return undefined
}

function sshAdvice(stderr: string): string | undefined {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/u.test(stderr)) {
    return 'The host has another key than before. If that is right, remove the old one with `ssh-keygen -R HOST`.'
  }
  if (/Host key verification failed/u.test(stderr)) {
    return 'Connect once by hand with `ssh HOST`, compare the key and accept it; then resume.'
  }
  if (/Permission denied \(/u.test(stderr)) {
    return 'Allow your key on the other host (`ssh-copy-id HOST`), or name another with ssh.identityFile. A key with a passphrase needs an agent.'
  }
  if (/Bad configuration option|command-line line \d+|no such identity|Bad owner or permissions/iu.test(stderr)) {
    return 'Correct the option ssh of the target, or your ssh config.'
  }
  return undefined
}

/** The lines that say most, short enough for one line. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^@{5,}/u.test(line))
  return lines.slice(-3).join('; ').slice(0, 600) || 'it said nothing'
}
