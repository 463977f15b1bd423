import fs from 'node:fs'
import { until } from '../../stage/until.ts'
import type { Loss } from './loss.ts'
import { settled, type StartOptions } from './program.ts'

/** Names that do not reach the handler as they are. */
export const nameLosses: readonly Loss[] = [
  arrives('a name with a newline', 'new\nline', {}),
  arrives('a name that ends in a carriage return', 'carriage\r', {}),
  arrives('a name with a backslash', String.raw`back\slash`, {}),
  arrives('a name with a percent sign, in mode direct', '100%', COPY()),
  arrives('a name that a macro is called, in mode direct', 'x%label%y', COPY()),
  arrives('a name like an option, in mode direct', '-n', COPY()),
]

/** Arguments that directories and deletes do no harm to. */
function COPY(): StartOptions {
  return {
    mode: 'direct',
    handler: [
      'for last; do :; done; count=$#',
      'for path; do [ -f "$path" ] && set -- "$@" "$path"; done; shift $count',
      '[ $# -eq 0 ] || cp -p "$@" "$last" 2>/dev/null; exit 0',
    ].join('\n'),
  }
}

function arrives(title: string, name: string, options: StartOptions): Loss {
  return {
    title,
    right: 'the file arrives, and so does what is written to it later',
    async run(program, stage) {
      const started = await program.start(stage, options)
      await settled(stage, started)
      const content = (): string | undefined =>
        fs.existsSync(stage.at('target', name)) ? fs.readFileSync(stage.at('target', name), 'utf8') : undefined
      for (const text of ['first', 'second, and longer']) {
        fs.writeFileSync(stage.at('source', name), text)
        await settled(stage, started)
        if (program.name === 'ours') await until('the file', () => content() === text, { also: () => started.output })
        if (content() !== text) return text === 'first' ? 'the file never arrives' : 'what is written to it later never arrives'
      }
      return 'the file arrives, and so does what is written to it later'
    },
  }
}
