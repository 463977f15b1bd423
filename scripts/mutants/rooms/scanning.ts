import type { Room } from '../mutant.ts'

/** What a scan reads, how far it goes, and what it takes in. */
export const scanning: Room = {
  folder: 'packages/core/src/tree',
  tests: ['packages/core/test/tree', 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'a scan does not begin again when it was disturbed',
      file: 'scan.ts',
      find: 'if (current.disturbed) break',
      replace: 'if (current.disturbed) return compare.finish()',
      why: 'a listing that was read before a look is out of date',
    },
    {
      name: 'read before it is armed',
      file: 'scan.ts',
      find: `  const armed = context.arm(job.dir, absolute)
  if (armed === 'gone') return 'gone'
  if (job.dir !== ROOT_DIR && !isInPlace(context, job.dir)) return 'gone'
  if (armed === 'limit') context.uncovered(job.dir)
  let names: RawPath[] | undefined
  try {
    names = context.fs.list(absolute)
  } catch (error) {
    context.problem(path, error)
    context.again(job.deep ? laterBelow(job.dir, job) : { type: 'directory', dir: job.dir })
    return 'unreadable'
  }
`,
      replace: `  let names: RawPath[] | undefined
  try {
    names = context.fs.list(absolute)
  } catch (error) {
    context.problem(path, error)
    context.again(job.deep ? laterBelow(job.dir, job) : { type: 'directory', dir: job.dir })
    return 'unreadable'
  }
  const armed = context.arm(job.dir, absolute)
  if (armed === 'gone') return 'gone'
  if (job.dir !== ROOT_DIR && !isInPlace(context, job.dir)) return 'gone'
  if (armed === 'limit') context.uncovered(job.dir)
`,
      why: 'a change after the reading is told, one before is read: there is no moment between',
    },
    {
      name: 'a directory without a watch is not remembered',
      file: 'scan.ts',
      find: "if (armed === 'limit') context.uncovered(job.dir)",
      replace: '',
      why: 'what cannot be watched is polled',
    },
    {
      name: 'a directory that cannot be listed is empty',
      file: 'scan.ts',
      find: `    context.again(job.deep ? laterBelow(job.dir, job) : { type: 'directory', dir: job.dir })
    return 'unreadable'`,
      replace: `    names = []`,
      why: 'what cannot be read was not deleted',
    },
    {
      name: 'whatever is at the path is taken for the directory',
      file: 'scan.ts',
      find: "if (job.dir !== ROOT_DIR && !isInPlace(context, job.dir)) return 'gone'",
      replace: '',
      why: 'the content of another directory, or of a mount, is not that of this one',
    },
    {
      name: 'a flat scan that waits serves for a deep one',
      file: 'scan.ts',
      find: '(a.deep || !b.deep) && a.look',
      replace: 'a.look',
      why: 'a tree is scanned although its top was to be read anyway',
    },
    {
      name: 'a trusting scan that waits serves for a distrusting one',
      file: 'scan.ts',
      find: '&& a.look.suspectFromMs <= b.look.suspectFromMs &&',
      replace: '&&',
      why: 'a loss is made good although the directory was to be read anyway',
    },
    {
      name: 'rules of a directory do not reach below it',
      file: 'scan.ts',
      find: 'job: judgedAnew ? { ...job, deep: true } : job',
      replace: 'job',
      why: 'a .gitignore decides on everything below it',
    },
    {
      name: 'a directory whose own row changed is not entered',
      file: 'scan.ts',
      find: `    if (job.deep) {
      for (const { row, disk } of findings) {`,
      replace: `    if (!job.deep) {
      for (const { row, disk } of findings) {`,
      why: 'a deep scan covers everything below',
    },
    {
      name: 'what is not in the listing any more is kept',
      file: 'scan.ts',
      find: "if (typeof found === 'object') findings.push(found)\n      else if (found === 'unknown') this.#scanLater(row)\n    }\n    this.#apply(findings)\n    if",
      replace:
        "if (typeof found === 'object' && found.disk !== undefined) findings.push(found)\n      else if (found === 'unknown') this.#scanLater(row)\n    }\n    this.#apply(findings)\n    if",
      why: 'a scan finds what was deleted',
    },
    {
      name: 'a scan goes on below what could not be looked at by itself',
      file: 'scan.ts',
      find: 'if (job.deep && row !== undefined && row.id > 0) this.#context.again(laterBelow(row.id, job))',
      replace: '',
      why: 'what is below an entry that could not be looked at is scanned later',
    },
    {
      name: 'a directory that could not be listed is not tried again',
      file: 'scan.ts',
      find: "    context.again(job.deep ? laterBelow(job.dir, job) : { type: 'directory', dir: job.dir })\n",
      replace: '',
      why: 'no error is silent: it leads to a retry',
    },
    {
      name: 'a renamed directory is read before that is told',
      file: 'scan.ts',
      find: 'if (hasWaited) return false',
      replace: '',
      why: 'a rename is at the target within milliseconds, however much lies below',
    },
    {
      name: 'what has left is given up while a renamed directory waits',
      file: 'scan.ts',
      find: '!hasWaited && limbo.size === 0 && ',
      replace: '!hasWaited && ',
      why: 'it may turn up in there',
    },
    {
      name: 'many names are taken for gone with their directory',
      file: 'entry-looks.ts',
      find: 'if (isInPlace(this.#context, dir)) return false',
      replace: '',
      why: 'only a directory that is another by now has taken them along',
    },
    {
      name: 'what is owed of a name is forgotten with it',
      file: 'look-options.ts',
      find: 'content: look.content || content,',
      replace: 'content: look.content,',
      why: 'a file that could not be looked at may be renamed before that is tried again',
    },
    {
      name: 'what lies in a directory that could not be read is believed',
      file: 'look-options.ts',
      find: 'suspectFromMs = Math.min(suspectFromMs, trees.get(at) ?? Infinity)',
      replace: '',
      why: 'a file may be moved out of it before it is read',
    },
  ],
}
