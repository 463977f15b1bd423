import fs from 'node:fs'
import { until } from '../../stage/until.ts'
import type { Loss } from './loss.ts'
import { type Program, settled, type Started } from './program.ts'

/** Starts and ends, and sources that are not what they were. */
export const stateLosses: readonly Loss[] = [
  {
    title: 'a first start with a source that is empty',
    right: 'the target keeps what it has',
    async run(program, stage) {
      stage.write('target/precious')
      const started = await program.start(stage, {})
      await settled(stage, started)
      return fs.existsSync(stage.at('target/precious')) ? 'the target keeps what it has' : 'the target is emptied'
    },
  },
  {
    title: 'two directories that are kept equal by two of it',
    right: 'a file of the second reaches the first',
    async run(program, stage) {
      stage.write('a/only-a')
      stage.write('b/only-b')
      const theirArgs = ['--modification-signature', '*']
      const there = await program.start(stage, { source: 'a', target: 'b', theirArgs })
      await until('the first sync', () => fs.existsSync(stage.at('b/only-a')))
      const back = await program.start(stage, { source: 'b', target: 'a', theirArgs })
      await settled(stage, back, 'b', 'a')
      await settled(stage, there, 'a', 'b')
      return fs.existsSync(stage.at('a/only-b')) ? 'a file of the second reaches the first' : 'a file of the second is deleted'
    },
  },
  {
    title: 'a source that is moved away',
    right: 'it says so',
    async run(program, stage) {
      const started = await program.start(stage, {})
      await settled(stage, started)
      const before = started.output.length
      fs.renameSync(stage.source, stage.at('away'))
      fs.writeFileSync(stage.at('away/file'), 'text')
      await observe(program, () => isToldSince(started, before))
      return isToldSince(started, before) ? 'it says so' : started.isRunning ? 'it runs on and says nothing' : 'it ends'
    },
  },
  {
    title: 'a source that is deleted',
    right: 'it says so, and the target keeps what it has',
    async run(program, stage) {
      stage.write('source/file')
      const started = await program.start(stage, {})
      await settled(stage, started)
      const before = started.output.length
      fs.rmSync(stage.source, { recursive: true })
      await observe(program, () => isToldSince(started, before))
      return ending(started, before, fs.existsSync(stage.at('target/file')))
    },
  },
  {
    title: 'a source that is unmounted, and mounted again',
    right: 'it says so, and the target keeps what it has; then it goes on',
    needsRoot: true,
    async run(program, stage) {
      const disk = stage.disk('8m')
      stage.mountDisk(disk, stage.source)
      stage.write('source/file')
      const started = await program.start(stage, {})
      await settled(stage, started)
      const before = started.output.length
      stage.unmount(stage.source, { lazy: true })
      await observe(program, () => isToldSince(started, before))
      const ended = ending(started, before, fs.existsSync(stage.at('target/file')))
      if (!started.isRunning) return ended
      stage.mountDisk(disk, stage.source)
      stage.write('source/later')
      await observe(program, () => fs.existsSync(stage.at('target/later')))
      return `${ended}; ${fs.existsSync(stage.at('target/later')) ? 'then it goes on' : 'what comes later never arrives'}`
    },
  },
  {
    title: 'a start after a stop',
    right: 'what has changed meanwhile is handled, and nothing else',
    async run(program, stage) {
      for (let at = 0; at < 20; at++) stage.write(`source/f${at}`)
      const options = { mode: 'shell', handler: LISTED } as const
      const first = await program.start(stage, options)
      await settled(stage, first)
      if (program.name === 'ours') await stage.old()
      first.kill('SIGTERM')
      await first.end()
      fs.rmSync(stage.at('listed'))
      stage.write('source/f3', 'changed')
      const second = await program.start(stage, options)
      const listed = (): string => (fs.existsSync(stage.at('listed')) ? fs.readFileSync(stage.at('listed'), 'utf8') : '')
      await until('the change', () => / f3$/mu.test(listed()), { also: () => second.output })
      await settled(stage, second)
      return / f5$/mu.test(listed()) ? 'everything is handled again' : 'what has changed meanwhile is handled, and nothing else'
    },
  },
  {
    title: 'a first sync that is to be full, in mode shell',
    right: 'what is there arrives',
    async run(program, stage) {
      stage.write('source/file')
      const started = await program.start(stage, { mode: 'shell', handler: LISTED, theirArgs: ['-F'] })
      await settled(stage, started)
      const listed = fs.readFileSync(stage.at('listed'), 'utf8')
      return / file$/mu.test(listed) ? 'what is there arrives' : 'there is no first sync'
    },
  },
  {
    title: 'a big new file that is still being written',
    right: 'it arrives once it is whole',
    async run(program, stage) {
      const started = await program.start(stage, {
        delayS: 1,
        theirArgs: ['-B', '1000', '-T', '3'],
        ourArgs: ['--config', config(stage.at('clsync.config.json'))],
      })
      await settled(stage, started)
      // The first may have come with the first sync. The C clsync reads no events for a second after each.
      await settled(stage, started)
      await stage.old()
      const part = 'x'.repeat(2000)
      const file = fs.openSync(stage.at('source/big'), 'w')
      const size = (): number => fs.statSync(stage.at('target/big'), { throwIfNoEntry: false })?.size ?? 0
      let isEarly = false
      let written = 0
      const begin = performance.now()
      await until(
        'the writing',
        () => {
          // It is empty at first, as every new file is.
          if (performance.now() - begin > 200) written += fs.writeSync(file, part)
          isEarly ||= fs.existsSync(stage.at('target/big'))
          return performance.now() - begin > 2500
        },
        { intervalMs: 50 },
      )
      fs.closeSync(file)
      await until('the file', () => size() === written)
      return isEarly ? 'a part of it arrives before' : 'it arrives once it is whole'
    },
  },
  {
    title: 'an excluded file that appears in a new directory while it is handled',
    right: 'it stays where it is',
    async run(program, stage) {
      stage.write('rules', '-f\\.secret$\n')
      const late = 'if [ -d "$SOURCE/new" ]; then : > "$SOURCE/new/late.secret"; fi\nexec rsync "$@"'
      const started = await program.start(stage, {
        handler: late,
        theirArgs: ['-R', stage.at('rules')],
        ourArgs: ['--exclude', '*.secret'],
      })
      await settled(stage, started)
      stage.write('source/new/file')
      await until('the directory', () => fs.existsSync(stage.at('target/new/file')))
      await settled(stage, started)
      return fs.existsSync(stage.at('target/new/late.secret')) ? 'it is sent' : 'it stays where it is'
    },
  },
  {
    title: 'rules whose last line has no end',
    right: 'the last rule holds',
    async run(program, stage) {
      // Without its last character it is none.
      stage.write('rules', '+fmarker\n-f')
      stage.write('source/my.secret')
      const rules = ['-R', stage.at('rules')]
      const started = await program.start(stage, { theirArgs: rules, ourArgs: rules })
      await settled(stage, started)
      return fs.existsSync(stage.at('target/my.secret')) ? 'the last rule is dropped' : 'the last rule holds'
    },
  },
  {
    title: 'rules with a letter that does not exist',
    right: 'it does not start',
    async run(program, stage) {
      stage.write('rules', '+fmarker\n-x\n')
      stage.write('source/my.secret')
      const rules = ['-R', stage.at('rules')]
      let started: Started
      try {
        started = await program.start(stage, { theirArgs: rules, ourArgs: rules })
      } catch (error) {
        if (String(error).includes('RULE_INVALID')) return 'it does not start'
        throw error
      }
      await settled(stage, started)
      return fs.existsSync(stage.at('target/my.secret')) ? 'the rule is ignored' : 'the rule holds'
    },
  },
  {
    title: 'what the command before the end changes',
    right: 'it arrives',
    async run(program, stage) {
      stage.write('source/file')
      fs.writeFileSync(stage.at('flush.sh'), '#!/bin/sh\necho flushed > "$SOURCE/flushed"\n', { mode: 0o755 })
      const started = await program.start(stage, {
        theirArgs: ['--exit-on-no-events', '--pre-exit-hook', stage.at('flush.sh')],
        ourArgs: ['--until-idle', '--before-last', stage.at('flush.sh')],
      })
      await started.end()
      if (!fs.existsSync(stage.at('source/flushed'))) return 'the command is not run'
      return fs.existsSync(stage.at('target/flushed')) ? 'it arrives' : 'it never arrives'
    },
  },
]

/** Waits for what should be; without it there is nothing to be waited for but time. */
async function observe(program: Program, isSo: () => boolean): Promise<void> {
  await until('what should be', isSo, { timeoutMs: program.name === 'ours' ? 20_000 : 4000 }).catch(() => undefined)
}

function isToldSince({ output }: Started, length: number): boolean {
  return /vanish|gone|moved|halt|not there/iu.test(output.slice(length))
}

function ending(started: Started, before: number, isKept: boolean): string {
  const said = isToldSince(started, before) ? 'it says so' : started.isRunning ? 'it runs on and says nothing' : 'it ends'
  return `${said}, and the target ${isKept ? 'keeps what it has' : 'is emptied'}`
}

/** Collects the lines of the lists, and makes what is new arrive. */
const LISTED = `cat "$3" >> "$STAGE/listed"\nwhile read -r _ _ _ path; do [ -f "$SOURCE/$path" ] && cp "$SOURCE/$path" "$TARGET/$path"; done < "$3"\nexit 0`

function config(file: string): string {
  fs.writeFileSync(file, JSON.stringify({ schedule: { settle: '500ms' } }))
  return file
}
