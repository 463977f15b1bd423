import fs from 'node:fs'
import { until } from '../../stage/until.ts'
import type { Loss } from './loss.ts'
import { settled } from './program.ts'

/** Events that are lost, or read in a wrong way. */
export const eventLosses: readonly Loss[] = [
  {
    title: 'more events than the kernel keeps, while a handler runs',
    right: 'all 9000 files arrive',
    async run(program, stage) {
      const started = await program.start(stage, { handler: `${HOLD}\nexec rsync "$@"` })
      await settled(stage, started)
      stage.write('hold')
      stage.write('source/first')
      await until('the handler', () => fs.existsSync(stage.at('held')))
      stage.fill('source/many', 9000)
      fs.rmSync(stage.at('hold'))
      const count = (): number => (fs.existsSync(stage.at('target/many')) ? fs.readdirSync(stage.at('target/many')).length : 0)
      await settled(stage, started)
      // What was lost never comes; what is only late comes while it is waited for.
      if (program.name === 'ours') await until('all files', () => count() === 9000, { timeoutMs: 60_000 })
      return count() === 9000 ? 'all 9000 files arrive' : 'some never arrive'
    },
  },
  {
    title: 'a directory that is moved out of the source',
    right: 'it goes at the target',
    async run(program, stage) {
      stage.write('source/d/e/file')
      const started = await program.start(stage, {})
      await settled(stage, started)
      fs.renameSync(stage.at('source/d'), stage.at('elsewhere'))
      await settled(stage, started)
      await settled(stage, started)
      return fs.existsSync(stage.at('target/d/e/file')) ? 'it stays at the target' : 'it goes at the target'
    },
  },
  {
    title: 'a directory that is renamed',
    right: 'the target has it under its new name only',
    async run(program, stage) {
      stage.write('source/d/e/file')
      const started = await program.start(stage, {})
      await settled(stage, started)
      fs.renameSync(stage.at('source/d'), stage.at('source/new'))
      await until('the new name', () => fs.existsSync(stage.at('target/new/e/file')))
      await settled(stage, started)
      return fs.existsSync(stage.at('target/d/e/file'))
        ? 'the target has both names'
        : 'the target has it under its new name only'
    },
  },
  {
    title: 'a directory that takes the name of one that was renamed',
    right: 'what is written in it arrives',
    async run(program, stage) {
      stage.write('source/a/file')
      const started = await program.start(stage, {})
      await settled(stage, started)
      fs.renameSync(stage.at('source/a'), stage.at('source/b'))
      stage.make('source/a')
      await until('the new name', () => fs.existsSync(stage.at('target/b/file')) && fs.existsSync(stage.at('target/a')))
      await settled(stage, started)
      stage.write('source/a/later')
      await settled(stage, started)
      await settled(stage, started)
      return fs.existsSync(stage.at('target/a/later')) ? 'what is written in it arrives' : 'what is written in it never arrives'
    },
  },
  {
    title: 'more directories than may be watched',
    right: 'all arrive',
    async run(program, stage) {
      const started = await program.start(stage, { prefix: FEW_WATCHES })
      await settled(stage, started)
      for (let at = 0; at < 30; at++) stage.write(`source/d${at}/file`)
      const count = (): number =>
        fs.readdirSync(stage.target).filter((name) => fs.existsSync(stage.at('target', name, 'file'))).length
      await until('the first', () => count() > 0 || !started.isRunning)
      await settled(stage, started)
      if (program.name === 'ours') await until('all directories', () => count() === 30)
      if (count() < 30) return 'some never arrive'
      for (let at = 0; at < 30; at++) stage.write(`source/d${at}/later`)
      await until('what is written later', () => fs.existsSync(stage.at('target/d29/later')))
      return 'all arrive'
    },
  },
  {
    title: 'a change while a handler runs, and then the end by QUIT',
    right: 'the change arrives',
    async run(program, stage) {
      const started = await program.start(stage, { handler: `${HOLD}\nexec rsync "$@"` })
      await settled(stage, started)
      stage.write('hold')
      stage.write('source/first')
      await until('the handler', () => fs.existsSync(stage.at('held')))
      stage.write('source/second')
      started.kill('SIGQUIT')
      fs.rmSync(stage.at('hold'))
      await started.end()
      return fs.existsSync(stage.at('target/second')) ? 'the change arrives' : 'the change is lost until the next start'
    },
  },
]

/** The handler waits while there is a file `hold`, and says so. */
const HOLD = 'while [ -e "$STAGE/hold" ]; do : > "$STAGE/held"; sleep 0.02; done'

/** In a namespace of its own, where the limit holds for nobody else. */
const FEW_WATCHES = ['unshare', '-U', '-r', 'sh', '-c', 'echo 8 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh']
