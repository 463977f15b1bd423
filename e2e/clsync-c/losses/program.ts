import fs from 'node:fs'
import path from 'node:path'
import { hasWatch, startPeer } from '../../peers/peer-process.ts'
import type { Stage } from '../../stage/stage.ts'
import { until } from '../../stage/until.ts'
import type { Running } from '../../torture/contender.ts'

/** One of the two programs, for a history that the C clsync gets wrong. */
export interface Program {
  readonly name: 'theirs' | 'ours'
  /** Starts it, and waits until it watches and has done its first sync, when it does one. */
  start(stage: Stage, options: StartOptions): Promise<Started>
}

export interface StartOptions {
  /** Default rsyncdirect. */
  readonly mode?: 'simple' | 'direct' | 'shell' | 'rsyncdirect'
  /** A shell script in place of the handler; its text without the first line. */
  readonly handler?: string
  readonly theirArgs?: readonly string[]
  readonly ourArgs?: readonly string[]
  /** Words before the command. */
  readonly prefix?: readonly string[]
  /** Below the stage's folder; default source and target. */
  readonly source?: string
  readonly target?: string
  /** What `-t` of the C clsync says; default 0. */
  readonly delayS?: number
}

export interface Started {
  readonly output: string
  readonly isRunning: boolean
  kill(signal: NodeJS.Signals): void
  end(): Promise<void>
}

const OUR_HANDLER = path.resolve(import.meta.dirname, '../../../packages/handler-script/dist/index.js')

export const theirs: Program = {
  name: 'theirs',
  async start(stage, options) {
    const { mode = 'rsyncdirect', prefix = [], theirArgs = [], delayS = 0 } = options
    const [source, target] = places(stage, options)
    const handler = handlerFile(stage, options)
    const running = startPeer(
      {
        command: '/usr/bin/clsync',
        env: { TMPDIR: stage.folder },
        args: [
          ...['--config-file', '/NULL/', '-M', mode, '-W', source, '-D', target, '-l', 'web', '-u', '0', '-g', '0'],
          ...[
            '-w',
            '0',
            '-t',
            String(delayS),
            '-T',
            String(delayS),
            ...(handler === undefined ? [] : ['-S', handler]),
            ...theirArgs,
          ],
        ],
        isReady: ({ pid }: Running) => hasWatch(pid),
      },
      { prefix, env: environment(stage, source, target) },
    )
    peers.push(running)
    await running.ready()
    return {
      get output() {
        return running.output
      },
      get isRunning() {
        return running.ended === undefined
      },
      kill: (signal) => running.kill(signal),
      end: async () => void (await running.end()),
    }
  },
}

export const ours: Program = {
  name: 'ours',
  async start(stage, options) {
    const { mode = 'rsyncdirect', prefix = [], ourArgs = [] } = options
    const [source, target] = places(stage, options)
    const handler = handlerFile(stage, options)
    const daemon = stage.run(
      [
        ...[
          '--handler',
          OUR_HANDLER,
          '--state-dir',
          path.join(stage.folder, `state-${options.source ?? 'source'}`),
          '--delay',
          '20ms',
        ],
        ...['-o', `preset=clsync-${mode}`, '-o', 'label=web', ...(handler === undefined ? [] : ['-o', `command=["${handler}"]`])],
        ...[...ourArgs, source, target],
      ],
      { prefix, env: environment(stage, source, target) },
    )
    await daemon.ready()
    return {
      get output() {
        return daemon.output
      },
      get isRunning() {
        return daemon.ended === undefined
      },
      kill: (signal) => daemon.kill(signal),
      end: async () => void (await daemon.end()),
    }
  },
}

function places(stage: Stage, { source = 'source', target = 'target' }: StartOptions): [source: string, target: string] {
  return [stage.make(source), stage.make(target)]
}

function environment(stage: Stage, source: string, target: string): Record<string, string> {
  return { STAGE: stage.folder, SOURCE: source, TARGET: target }
}

function handlerFile(stage: Stage, { handler }: StartOptions): string | undefined {
  if (handler === undefined) return undefined
  const file = stage.at('handler.sh')
  fs.writeFileSync(file, `#!/bin/sh\n${handler}\n`, { mode: 0o755 })
  return file
}

/** Waits until a file that is written now has arrived: what came before it was handled by then, or never will be. */
export async function settled(stage: Stage, started: Started, source = 'source', target = 'target'): Promise<void> {
  const name = `marker-${markers++}`
  stage.write(`${source}/${name}`)
  await until('a marker to arrive', () => !started.isRunning || fs.existsSync(stage.at(target, name)), {
    timeoutMs: 60_000,
    also: () => started.output,
  })
}

let markers = 0

const peers: Running[] = []

/** Ends what is left of the C clsync. */
export async function endPeers(): Promise<void> {
  for (const peer of peers.splice(0)) {
    if (peer.ended !== undefined) continue
    peer.kill('SIGKILL')
    await peer.end()
  }
}
