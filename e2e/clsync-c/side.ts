import path from 'node:path'
import { hasWatch, startPeer } from '../peers/peer-process.ts'
import type { Stage } from '../stage/stage.ts'
import { until } from '../stage/until.ts'
import type { Running } from '../torture/contender.ts'
import { type Call, readCalls, RECORDER } from './call.ts'

export type Mode = 'simple' | 'direct' | 'shell' | 'rsyncshell' | 'rsyncdirect'

/** One of the two programs with a handler behind the recorder. */
export interface Side {
  readonly source: string
  readonly target: string
  /** Calls since the last time, when there are such that fit and no further ones come. */
  calls(fits: (calls: readonly Call[]) => boolean): Promise<Call[]>
  stop(): Promise<void>
}

export interface SideOptions {
  readonly stage: Stage
  readonly mode: Mode
  /** What the recorder runs. */
  readonly handler: string
  readonly args?: readonly string[]
}

const OUR_HANDLER = path.resolve(import.meta.dirname, '../../packages/handler-script/dist/index.js')

/** The C clsync, with windows of one second. */
export async function startTheirs({ stage, mode, handler, args = [] }: SideOptions): Promise<Side> {
  const running = startPeer(
    {
      command: '/usr/bin/clsync',
      args: [
        ...['--config-file', '/NULL/', '-M', mode, '-W', stage.source, '-D', stage.target, '-S', RECORDER, '-l', 'web'],
        ...['-u', '0', '-g', '0', '-w', '0', '-t', '1', '-T', '1', ...args],
      ],
      isReady: ({ pid }: Running) => hasWatch(pid),
    },
    { prefix: [], env: environment(stage, handler) },
  )
  await running.ready()
  return sideOf(stage, async () => {
    running.kill('SIGQUIT')
    await running.end()
  })
}

/** Ours, with the preset of the mode. */
export async function startOurs({ stage, mode, handler, args = [] }: SideOptions): Promise<Side> {
  const daemon = stage.run(
    [
      ...['--handler', OUR_HANDLER, '--state-dir', stage.state, '--delay', '700ms'],
      ...['-o', `preset=clsync-${mode}`, '-o', `command=["${RECORDER}"]`, '-o', 'label=web', ...args, stage.source, stage.target],
    ],
    { env: environment(stage, handler) },
  )
  await daemon.ready()
  return sideOf(stage, async () => void (await daemon.stop()))
}

function environment(stage: Stage, handler: string): Record<string, string> {
  return { RECORD: stage.recorded, RECORDED_HANDLER: handler, CLSYNC_HANDLER_TARGET: stage.target }
}

function sideOf(stage: Stage, stop: () => Promise<void>): Side {
  let seen = 0
  return {
    source: stage.source,
    target: stage.target,
    async calls(fits) {
      let [count, since] = [-1, 0]
      await until(
        'the calls of the handler',
        () => {
          const calls = readCalls(stage.recorded).slice(seen)
          if (calls.length !== count) [count, since] = [calls.length, performance.now()]
          return fits(calls) && performance.now() - since > QUIET_MS
        },
        { also: () => JSON.stringify(readCalls(stage.recorded).slice(seen)) },
      )
      const calls = readCalls(stage.recorded).slice(seen)
      seen += calls.length
      return calls
    },
    stop,
  }
}

/** Without a call for this long there is none to come: all changes of a step are made within one window. */
const QUIET_MS = 700
