import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Scene } from './scene.ts'

/** One thing that a monitor has to get right; the scene has started. */
export interface Case {
  readonly name: string
  /** Script that makes the tree before it is watched. */
  readonly before?: string
  /** The change outruns watches or names; a best-effort monitor may need the verification behind it. */
  readonly racy?: boolean
  /** Not for a monitor that only says "look at everything". */
  readonly precise?: boolean
  run(scene: Scene): Promise<void>
}

export const cases: readonly Case[] = [
  { name: 'a new file, also an empty one', run: change(':> empty; echo x > file') },
  { name: 'a write, a longer and a shorter one', before: 'echo one > f; echo two > g', run: change('echo more >> f; :> g') },
  { name: 'mode and times', before: 'echo x > f; mkdir d', run: change('chmod 600 f; chmod 700 d; touch -d 2001-01-01 f') },
  { name: 'the mode of the root', before: 'echo x > f', run: change('chmod 711 .; echo y > f') },
  { name: 'a removed file', before: 'echo x > f', run: change('rm f') },
  { name: 'a rename in one directory', before: 'echo x > f', run: change('mv f g') },
  { name: 'a rename across directories', before: 'mkdir -p a b; echo x > a/f', run: change('mv a/f b/g') },
  { name: 'a rename over another file', before: 'echo x > f; echo y > g', run: change('mv f g') },
  // One window in which a name is replaced and removed: merged by path, the delete gets lost.
  { name: 'symlinks and fifos', before: 'ln -s a l', racy: true, run: change('ln -sfn b l; mkfifo p; rm l') },
  {
    name: 'a file that becomes a directory and back',
    before: 'echo x > f; mkdir d',
    run: change('rm f; mkdir f; echo x > f/in; rmdir d; echo y > d'),
  },
  {
    name: 'a rename of a populated directory, then writes below',
    before: 'mkdir -p a/b/c; echo x > a/b/c/f',
    racy: true,
    run: renamedDirectory,
  },
  {
    name: 'a chain of renames of parent and child',
    before: 'mkdir -p a/b/c; echo x > a/b/c/f',
    racy: true,
    run: change('mv a d; mv d/b e; mv e/c d/b; mv d a'),
  },
  {
    name: 'two directories exchanged',
    before: 'mkdir a b; echo x > a/f; echo y > b/g',
    racy: true,
    run: change('mv a t; mv b a; mv t b; echo z > a/new; echo z > b/new'),
  },
  {
    name: 'a populated directory moved in',
    racy: true,
    run: change('mkdir -p $OUT/t/u/v; for i in 1 2 3 4 5; do echo $i > $OUT/t/u/v/$i; echo $i > $OUT/t/$i; done; mv $OUT/t .'),
  },
  {
    name: 'a directory moved out, changed and moved back',
    before: 'mkdir -p a/b; echo x > a/b/f',
    racy: true,
    run: change('mv a $OUT/a; echo y > $OUT/a/b/g; mv $OUT/a .'),
  },
  {
    name: 'a directory moved out for good',
    before: 'mkdir -p a/b; echo x > a/b/f',
    racy: true,
    run: change('mv a $OUT/a; echo y > $OUT/a/b/g; mkdir a; echo z > a/f'),
  },
  {
    name: 'mkdir -p with a write at once, forty times',
    racy: true,
    run: change('for i in $(seq 40); do mkdir -p t$i/b/c; echo x > t$i/b/c/f; done'),
  },
  {
    name: 'cp -r of 300 directories',
    before: 'mkdir -p $OUT/t; for i in $(seq 300); do mkdir -p $OUT/t/$((i % 17))/$i; echo $i > $OUT/t/$((i % 17))/$i/f; done',
    racy: true,
    run: change('cp -r $OUT/t .'),
  },
  {
    name: 'rm -rf of 300 directories',
    before: 'for i in $(seq 300); do mkdir -p t/$((i % 17))/$i; echo $i > t/$((i % 17))/$i/f; done',
    racy: true,
    run: change('rm -rf t'),
  },
  {
    name: 'a directory removed and made again with other content',
    before: 'mkdir -p d/e; echo x > d/e/f',
    racy: true,
    run: change('for i in 1 2 3 4 5 6; do rm -rf d; mkdir -p d/e; echo $i > d/e/$i; done'),
  },
  {
    name: 'replaced by rename and then removed',
    before: 'for i in $(seq 30); do echo x > f$i; done',
    racy: true,
    run: change('for i in $(seq 30); do echo y > new; mv new f$i; rm f$i; done'),
  },
  { name: 'a hard link made, written and removed', before: 'mkdir a b; echo x > a/f', run: hardLink },
  {
    name: 'names with newlines, spaces, quotes and dashes',
    run: change(`mkdir -- $'new\\nline' '-d' ; echo x > $'new\\nline/two\\nlines'; echo y > "-d/it's \\"quoted\\" *?"`),
  },
  {
    name: 'names that are not UTF-8',
    before: "mkdir $'d\\xff'; echo x > $'d\\xff/f\\xfe'",
    racy: true,
    run: change(
      "echo yy > $'d\\xff/f\\xfe'; echo z > $'new\\xe4'; mkdir $'e\\x80'; echo x > $'e\\x80/f'; mv $'new\\xe4' $'moved\\xe4'",
    ),
  },
  { name: 'bytes written in place count as written', before: 'mkdir d; echo one > d/f', precise: true, run: sameSizeWrite },
  { name: 'nothing is said of what lies outside', before: 'mkdir d; echo x > d/f', precise: true, run: quietOutside },
  ...[1, 2, 3, 4].map((seed): Case => ({ name: `random changes, seed ${seed}`, racy: true, run: (scene) => churn(scene, seed) })),
]

/** Runs a script and expects the follower to end up with what is on disk, twice. */
function change(script: string): Case['run'] {
  return async (scene) => {
    await scene.shell(script)
    await scene.converge()
    await scene.touchAll()
  }
}

async function renamedDirectory(scene: Scene): Promise<void> {
  await scene.shell('mv a z; echo y > z/b/c/f; mkdir z/b/new; echo n > z/b/new/f')
  await scene.converge()
  await scene.shell('echo later >> z/b/c/f; mv z/b y; echo later > y/c/g')
  await scene.converge()
  await scene.touchAll()
}

async function hardLink(scene: Scene): Promise<void> {
  await scene.shell('ln a/f b/g')
  await scene.converge()
  // One write is reported under one of the names; the follower looks at the other.
  await scene.shell('echo more >> b/g')
  await scene.converge()
  await scene.shell('rm a/f')
  await scene.converge()
  await scene.touchAll()
}

async function sameSizeWrite(scene: Scene): Promise<void> {
  await scene.shell('printf two | dd of=d/f conv=notrunc status=none')
  await scene.converge()
  expect([...scene.follower.written]).toContain('d/f')
}

async function quietOutside(scene: Scene): Promise<void> {
  await scene.shell('mkdir $OUT/d; echo x > $OUT/d/f; mv $OUT/d $OUT/e; echo x > d/f')
  await scene.converge()
  const entries = scene.follower.hints.filter((hint) => hint.type === 'entry')
  expect(new Set(entries.map((hint) => hint.name))).toEqual(new Set(['f']))
  expect(new Set(entries.map((hint) => hint.dir))).toEqual(new Set([scene.follower.idAt('d')]))
}

async function churn(scene: Scene, seed: number): Promise<void> {
  await scene.node(fileURLToPath(new URL('churn.ts', import.meta.url)), scene.root, scene.outside, String(seed), '1500')
  await scene.converge()
  await scene.touchAll()
}
