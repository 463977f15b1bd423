import type { Room } from '../mutant.ts'

/** From hints to what is different. */
export const looking: Room = {
  folder: 'packages/core/src/tree',
  tests: ['packages/core/test/tree'],
  mutants: [
    {
      name: 'hints are forgotten after the look, not before',
      file: 'tree.ts',
      find: 'if (limbo.size > 0) keepHints(hints, lost)\n',
      replace: 'hints = createHintSet()\n      if (limbo.size > 0) keepHints(hints, lost)\n',
      why: 'a change during the look is looked at once more',
    },
    {
      name: 'what was told of the inside of a directory that is elsewhere is forgotten',
      file: 'tree.ts',
      find: 'const lost = lookAtEntries(context, limbo, scanner, misplaced)',
      replace: 'const lost = misplaced',
      why: 'a hint is looked at at the place where its directory is now',
    },
    {
      name: 'what was told of the inside of a directory that has not turned up yet is forgotten',
      file: 'tree.ts',
      find: 'if (limbo.size > 0) keepHints(hints, lost)\n',
      replace: '',
      why: 'a directory in limbo may turn up: hints of its inside wait for that',
    },
    {
      name: 'what was looked for in vain in the root is taken to be gone',
      file: 'entry-looks.ts',
      find: 'if (this.#changed.has(ROOT_DIR)) this.#context.guard(ROOT_PATH)',
      replace: '',
      why: 'what is put in the place of the root hides what is in it',
    },
    {
      name: 'of two hints the later one counts',
      file: 'hint-set.ts',
      find: 'known.content ||= content',
      replace: 'known.content = content',
      why: 'bytes that were written are not forgotten because the mode was changed afterwards',
    },
    {
      name: 'that an entry was moved is forgotten with the next hint',
      file: 'hint-set.ts',
      find: 'known.moved ||= moved',
      replace: 'known.moved = moved',
      why: 'a directory that was away is scanned whatever else is said of it',
    },
    {
      name: 'of a tree hint and a loss the later one counts',
      file: 'hint-set.ts',
      find: 'set.trees.set(dir, Math.min(suspectFromMs, set.trees.get(dir) ?? Infinity))',
      replace: 'set.trees.set(dir, suspectFromMs)',
      why: 'where hints were lost no recent file is believed',
    },
    {
      name: 'that something was made is forgotten with the next hint',
      file: 'hint-set.ts',
      find: 'known.made ||= made',
      replace: 'known.made = made',
      why: 'what looks the same may be another file in the same inode and tick of the clock',
    },
    {
      name: 'a retry forgets that hints were lost',
      file: 'hint-set.ts',
      find: "yield suspectFromMs < Infinity ? { type: 'lost', dir, why: 'error', suspectFromMs } : { type: 'tree', dir }",
      replace: "yield { type: 'tree', dir }",
      why: 'a look that could not be done is asked for with all that was said of it',
    },
    {
      name: 'a retry forgets single names',
      file: 'hint-set.ts',
      find: "yield { type: 'entry', dir, name, ...hint }",
      replace: "yield { type: 'entry', dir, name, content: false, moved: hint.moved }",
      why: 'a look that could not be done is asked for with all that was said of it',
    },
    {
      name: 'a loss is scanned like any tree',
      file: 'hint-set.ts',
      find: 'addTree(set, hint.dir, hint.suspectFromMs ?? recentMs)',
      replace: 'addTree(set, hint.dir, hint.suspectFromMs ?? Infinity)',
      why: 'where hints were lost no recent file is believed',
    },
    {
      name: 'hints for the entries of a directory are dropped',
      file: 'hint-set.ts',
      find: 'set.directories.add(hint.dir)',
      replace: 'if (set.trees.size === 0) set.directories.add(hint.dir)',
      why: 'a tree that is scanned may be another one',
    },
    {
      name: 'recent files are believed after a loss',
      file: 'tree.ts',
      find: 'hint: (hint) => addHint(hints, hint, options.counters.horizonMs - RACY_MS),',
      replace: 'hint: (hint) => addHint(hints, hint, options.counters.horizonMs),',
      why: 'file times lag behind the clock: what is a second older than the horizon may have been written after it',
    },
    {
      name: 'recent files are believed by who polls',
      file: 'tree.ts',
      find: 'if (!options.noLoss && taken.trees.has(ROOT_DIR)) {',
      replace: 'if (options.noLoss && taken.trees.has(ROOT_DIR)) {',
      why: 'where nobody tells each change, what hides within the tick of the clock is sent again',
    },
    {
      name: 'what was away or made anew is believed to be the same',
      file: 'finding.ts',
      find: '    moved ||\n    made ||\n',
      replace: '',
      why: 'what looks the same may have been written to elsewhere, or be another file in the same inode',
    },
    {
      name: 'a look that could not be done is not asked for again',
      file: 'finding.ts',
      find: "    context.again({ type: 'entry', dir, name, content: wasWritten, suspectFromMs, moved, made })\n",
      replace: '',
      why: 'no error is silent: it leads to a retry',
    },
    {
      name: 'a write to a name that has gone is forgotten',
      file: 'entry-looks.ts',
      find: "if (found === 'absent' && hint.content) this.#limbo.noteStray()",
      replace: '',
      why: 'what was written to before it was renamed may be what turns up elsewhere',
    },
    {
      name: 'what left is told gone before all was scanned',
      file: 'tree.ts',
      find: 'if (!isHeld) limbo.settle()',
      replace: 'limbo.settle()',
      why: 'a rename that nobody watched stays a rename: the other place may not have been read yet',
    },
    {
      name: 'a directory that was away is not read again',
      file: 'entry-looks.ts',
      find: 'if (below) this.#scanner.add({ dir: below, deep: true, look: distrust(Infinity) })',
      replace: '',
      why: 'hints of its inside were looked for where it was not',
    },
    {
      name: 'a changed rule file is looked at like any other',
      file: 'entry-looks.ts',
      find: 'if (rules.directory !== undefined && [...names.keys()].some((name) => RULE_FILES.has(name))) {',
      replace: 'if (rules.directory !== undefined && names.size > 1) {',
      why: 'a .gitignore that changes is obeyed at once',
    },
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
      name: 'what cannot be looked at is gone',
      file: 'finding.ts',
      find: `    return 'unknown'`,
      replace: '',
      why: 'what cannot be looked at was not deleted',
    },
    {
      name: 'rules are not asked',
      file: 'finding.ts',
      find: 'if (disk !== undefined && !context.rules.wants(path, disk.kind)) disk = undefined',
      replace: '',
      why: 'what is not wanted counts as absent',
    },
    {
      name: 'an equal stat is believed although bytes were written',
      file: 'finding.ts',
      find: '    content ||\n    moved ||',
      replace: '    moved ||',
      why: 'a rewrite within the tick of the clock looks as if nothing had happened',
    },
    {
      name: 'a changed ctime is believed to be of the mode alone',
      file: 'finding.ts',
      find: '(ctimeMeansContent && row.ctimeMs !== disk.ctimeMs) ||',
      replace: '',
      why: 'who writes and sets the time back is found out by the ctime',
    },
    {
      name: 'no horizon',
      file: 'finding.ts',
      find: 'disk.ctimeMs >= suspectFromMs\n',
      replace: 'false\n',
      why: 'a recent file that looks equal is not believed where nobody hinted',
    },
    {
      name: 'a recent file that was renamed is believed',
      file: 'finding.ts',
      find: 'content: wasWritten || disk.mtimeMs >= suspectFromMs }',
      replace: 'content: wasWritten }',
      why: 'what was renamed and rewritten while nobody watched may hide in the tick of the clock',
    },
  ],
}
