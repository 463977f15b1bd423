import type { FlagName } from '../config/flag.ts'

/** An option of the C clsync 0.4.5, and what becomes of it here. */
export interface ClsyncOption {
  readonly short?: string
  /** Absent: it is on or off. `seconds` and `bytes` are whole numbers. */
  readonly takes?: 'text' | 'seconds' | 'bytes' | 'count'
  /** The flag that does the same. */
  readonly flag?: FlagName
  /** The value of that flag, when it is not its own. */
  readonly as?: string
  /** It says something about the handler, together with others. */
  readonly part?: 'mode' | 'handler' | 'destination' | 'source' | 'exitCodes' | 'initial' | 'simple' | 'listsDir' | 'keepLists'
  /** It is not needed here; why. */
  readonly needless?: string
  /** There is no such thing here: what takes its place. */
  readonly refused?: string
}

const UNIT =
  'a process has one set of rights here: give it with the service, see docs/operations.md (User=, CapabilityBoundingSet=, …).'
const SOCKET = 'there is no control socket: signals end it, --status-file tells how things stand, --pause-file holds it.'
const DUMP = 'nothing is dumped: --status-file tells how things stand, and --verbose names every change.'
const CLUSTER =
  'it was never finished in the C clsync, either. Run one clsync for each direction that is needed, never two against each other.'

/** Every option, by its long name. What is in neither of the two programs is told as unknown by the command line. */
export const CLSYNC_OPTIONS = {
  'watch-dir': { short: 'W', takes: 'text', part: 'source' },
  'destination-dir': { short: 'D', takes: 'text', part: 'destination' },
  'sync-handler': { short: 'S', takes: 'text', part: 'handler' },
  mode: { short: 'M', takes: 'text', part: 'mode' },
  'rules-file': { short: 'R', takes: 'text', flag: 'rules-file' },
  'config-file': { short: 'H', takes: 'text', flag: 'config' },
  'config-block': { short: 'K', takes: 'text', flag: 'profile' },
  'config-block-inherits': { takes: 'text', refused: 'a profile names those before it with `extends`.' },
  label: { short: 'l', takes: 'text', flag: 'label' },
  'delay-sync': { short: 'w', takes: 'seconds', flag: 'min-interval' },
  'delay-collect': { short: 't', takes: 'seconds', flag: 'delay' },
  'delay-collect-bigfile': { short: 'T', takes: 'seconds', flag: 'big-file-delay' },
  'threshold-bigfile': { short: 'B', takes: 'bytes', flag: 'big-file' },
  'timeout-sync': { short: 'k', takes: 'seconds', flag: 'timeout' },
  retries: { short: 'r', takes: 'count', flag: 'retries' },
  'ignore-exitcode': { short: 'x', takes: 'text', part: 'exitCodes' },
  'ignore-failures': { flag: 'retries', as: '0' },
  'pid-file': { short: 'z', takes: 'text', flag: 'pid-file' },
  background: { short: 'b', flag: 'background' },
  output: { short: 'Y', takes: 'text', flag: 'log-to' },
  debug: { short: 'd', flag: 'verbose' },
  'only-initialsync': { flag: 'once' },
  'exit-on-no-events': { flag: 'until-idle' },
  'skip-initialsync': { flag: 'skip-initial' },
  'full-initialsync': { short: 'F', flag: 'full-initialsync' },
  'max-iterations': { takes: 'count', flag: 'max-rounds' },
  'standby-file': { takes: 'text', flag: 'pause-file' },
  'pre-exit-hook': { takes: 'text', flag: 'before-last' },
  'exit-hook': { takes: 'text', flag: 'after' },
  'sync-on-quit': { needless: 'what waits is sent at the end in any case.' },
  'one-file-system': { flag: 'one-file-system' },
  'exclude-mount-points': { short: 'X', flag: 'exclude-mount-points' },
  'modification-signature': { takes: 'text', flag: 'modification-signature' },
  monitor: { takes: 'text', flag: 'monitor' },
  threading: {
    takes: 'text',
    refused:
      'changes are taken in while a handler runs, as with `safe`; batches run at once as far as the handler can (`concurrency`).',
  },
  'have-recursive-sync': { part: 'initial' },
  'synclist-simplify': { part: 'simple' },
  'lists-dir': { short: 'L', takes: 'text', part: 'listsDir' },
  'dont-unlink-lists': { short: 'U', part: 'keepLists' },
  'rsync-inclimit': { takes: 'count', needless: 'lists are cut to what the handler takes.' },
  'rsync-prefer-include': { needless: 'only what has changed is ever listed.' },
  'fts-experimental-optimization': { needless: 'it had no effect.' },
  'cancel-syscalls': { takes: 'text', needless: 'nothing is looked at twice.' },
  'exit-on-sync-skipping': { needless: 'nothing is skipped: what was missed is looked for.' },
  'status-file': { takes: 'text', flag: 'status-file' },
  'custom-signals': { takes: 'text', refused: 'start clsync again with another --profile; a restart sends only what differs.' },
  'dump-dir': { takes: 'text', refused: DUMP },
  socket: { takes: 'text', refused: SOCKET },
  'socket-own': { takes: 'text', refused: SOCKET },
  'socket-mod': { takes: 'text', refused: SOCKET },
  'socket-auth': { takes: 'text', refused: SOCKET },
  uid: { short: 'u', takes: 'text', refused: UNIT },
  gid: { short: 'g', takes: 'text', refused: UNIT },
  'sync-handler-uid': { takes: 'text', refused: 'use the option `user` of handler-script.' },
  'sync-handler-gid': { takes: 'text', refused: 'use the option `group` of handler-script.' },
  'privileged-uid': { takes: 'text', refused: UNIT },
  'privileged-gid': { takes: 'text', refused: UNIT },
  splitting: { takes: 'text', refused: UNIT },
  'secure-splitting': { refused: UNIT },
  'check-execvp-arguments': { refused: UNIT },
  'add-permitted-hook-files': { takes: 'text', refused: UNIT },
  'preserve-capabilities': { takes: 'text', refused: UNIT },
  'inherit-capabilities': { takes: 'text', refused: UNIT },
  'seccomp-filter': { refused: UNIT },
  'permit-mprotect': { refused: UNIT },
  'shm-mprotect': { refused: UNIT },
  chroot: { takes: 'text', refused: UNIT },
  'pivot-root': { takes: 'text', refused: UNIT },
  mountpoints: { takes: 'text', refused: UNIT },
  'detach-network': { takes: 'text', refused: UNIT },
  'detach-ipc': { refused: UNIT },
  'detach-miscellanea': { refused: UNIT },
  'forbid-devices': { refused: UNIT },
  'cgroup-group-name': { takes: 'text', refused: UNIT },
  'auto-add-rules-w': { needless: 'directories on the way to what is wanted are entered where the rules let them be.' },
  'cluster-iface': { takes: 'text', refused: CLUSTER },
  'cluster-ip': { takes: 'text', refused: CLUSTER },
  'cluster-node-name': { takes: 'text', refused: CLUSTER },
  'cluster-timeout': { takes: 'text', refused: CLUSTER },
  'hash-dl-min': { takes: 'text', refused: CLUSTER },
  'hash-dl-max': { takes: 'text', refused: CLUSTER },
  'scan-dl-max': { takes: 'text', refused: CLUSTER },
  // Of clsync 0.1 and 0.2.
  'dir-lists': { takes: 'text', refused: 'use --lists-dir.' },
  'initialsync-enable': { refused: 'use --have-recursive-sync.' },
  'synchandler-so-module': { refused: 'a module in C becomes a package, see docs/from-clsync.md#handlers-in-c.' },
  rsync: { refused: 'use --mode rsyncdirect or rsyncshell.' },
  'dir-destination': { takes: 'text', refused: 'use --destination-dir.' },
  'rules-path': { takes: 'text', refused: 'use --rules-file.' },
  'config-path': { takes: 'text', refused: 'use --config.' },
} as const satisfies Readonly<Record<string, ClsyncOption>>

/** The option of this name. */
export function clsyncOption(name: string): ClsyncOption | undefined {
  return Object.hasOwn(CLSYNC_OPTIONS, name) ? CLSYNC_OPTIONS[name as keyof typeof CLSYNC_OPTIONS] : undefined
}
