import fs from 'node:fs'
import { until } from '../../stage/until.ts'
import type { Loss } from './loss.ts'
import { settled } from './program.ts'

/** Handlers that fail. */
export const failureLosses: readonly Loss[] = [
  {
    title: 'a handler that fails once',
    right: 'it goes on, and the file arrives',
    async run(program, stage) {
      const started = await program.start(stage, { handler: `${onceAt('file', 'exit 7')}\nexec rsync "$@"` })
      await settled(stage, started)
      stage.write('source/file')
      await until('an end of it', () => !started.isRunning || fs.existsSync(stage.at('target/file')))
      return started.isRunning ? 'it goes on, and the file arrives' : 'it ends'
    },
  },
  {
    title: 'a handler that fails once, failures being ignored',
    right: 'the file arrives',
    async run(program, stage) {
      const handler = `${onceAt('file', 'exit 7')}\nexec rsync "$@"`
      const started = await program.start(stage, { handler, theirArgs: ['--ignore-failures'] })
      await settled(stage, started)
      stage.write('source/file')
      await until('the failure', () => fs.existsSync(stage.at('failed')))
      await settled(stage, started)
      if (program.name === 'ours') await until('the file', () => fs.existsSync(stage.at('target/file')))
      return fs.existsSync(stage.at('target/file')) ? 'the file arrives' : 'the file never arrives'
    },
  },
  {
    title: 'a handler that is killed by a signal',
    right: 'the file arrives',
    async run(program, stage) {
      const started = await program.start(stage, { handler: `${onceAt('file', 'kill -KILL $$')}\nexec rsync "$@"` })
      await settled(stage, started)
      stage.write('source/file')
      await until('the failure', () => fs.existsSync(stage.at('failed')))
      await settled(stage, started)
      if (program.name === 'ours') await until('the file', () => fs.existsSync(stage.at('target/file')))
      return fs.existsSync(stage.at('target/file')) ? 'the file arrives' : 'the file never arrives'
    },
  },
  {
    title: 'a handler that takes longer than the time limit',
    right: 'it is ended and the file arrives',
    async run(program, stage) {
      const handler = `${onceAt('file', 'sleep 4; : > "$STAGE/slept"; exit 0')}\nexec rsync "$@"`
      const limits = { theirArgs: ['-k', '1'], ourArgs: ['-o', 'timeout=1s'] }
      const started = await program.start(stage, { handler, ...limits })
      await settled(stage, started)
      stage.write('source/file')
      await until('an end of it', () => !started.isRunning || fs.existsSync(stage.at('target/file')))
      if (fs.existsSync(stage.at('slept'))) return 'it is waited for, and the program ends'
      return started.isRunning ? 'it is ended and the file arrives' : 'the program ends'
    },
  },
  {
    title: 'handlers in parallel, and a file that changes while it is handled',
    right: 'one handler at a time has the file',
    async run(program, stage) {
      const handler = [
        'case "$(cat "$3")" in *file*) ;; *) name=$(sed -n "s/.*\\(marker.*\\)/\\1/p" "$3"); [ -z "$name" ] || touch "$TARGET/$name"; exit 0;; esac',
        'echo start >> "$STAGE/runs"; sleep 3; echo end >> "$STAGE/runs"',
      ].join('\n')
      const parallel = { theirArgs: ['-p', 'full', '-k', '60'], ourArgs: ['-o', 'concurrency=4'] }
      const started = await program.start(stage, { mode: 'shell', handler, ...parallel })
      await settled(stage, started)
      const runs = (): string[] =>
        fs.existsSync(stage.at('runs')) ? fs.readFileSync(stage.at('runs'), 'utf8').trim().split('\n') : []
      stage.write('source/file', 'one')
      await until('the first run', () => runs().length > 0)
      stage.write('source/file', 'two')
      await until('both runs', () => runs().filter((line) => line === 'end').length >= 2)
      return runs().slice(0, 2).join() === 'start,end'
        ? 'one handler at a time has the file'
        : 'two handlers have the file at once'
    },
  },
]

/** Does something the first time that the file is in a list, and says so. */
function onceAt(name: string, what: string): string {
  return `if [ ! -e "$STAGE/failed" ] && cat "$4" "$6" 2>/dev/null | grep -q '^/${name}$'; then : > "$STAGE/failed"; ${what}; fi`
}
