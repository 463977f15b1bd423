// A process that changes a tree at random while it is being followed: node churn.ts <root> <outside> <seed> <operations>
import fs from 'node:fs'

const [root = '', outside = '', seed = '1', operations = '0'] = process.argv.slice(2)
const random = generator(Number(seed))
const NAMES = [
  'a',
  'b',
  'c',
  'with space',
  'new\nline',
  '-dash',
  '\u00c3\u00bc',
  '\u00ff\u00fe',
  'sub',
  'deep',
  '.hidden',
  '*?[glob',
].map((name) => Buffer.from(name, 'latin1'))

function attempt(step: number): void {
  const operation = pick(OPERATIONS)
  try {
    operation(step)
  } catch {
    // Names collide and kinds differ; what could not be done is not done.
  }
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

/** A place at random, as deep as there are directories. */
function place(base = root): Buffer {
  let at: Buffer = Buffer.from(base)
  for (let depth = Math.floor(random() * 4); depth > 0; depth--) {
    const directories = fs.readdirSync(at, { withFileTypes: true, encoding: 'buffer' }).filter((entry) => entry.isDirectory())
    if (directories.length === 0) break
    at = below(at, pick(directories).name)
  }
  return below(at, pick(NAMES))
}

function below(directory: Buffer, name: Uint8Array): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name])
}

function existing(): Buffer {
  for (let tries = 0; tries < 10; tries++) {
    const path = place()
    if (fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return path
  }
  return place()
}

function write(step: number): void {
  fs.writeFileSync(place(), `content ${step}`)
}

function rename(): void {
  fs.renameSync(existing(), place())
}

function makeDeep(step: number): void {
  const top = place()
  const deep = below(below(top, pick(NAMES)), pick(NAMES))
  fs.mkdirSync(deep, { recursive: true })
  fs.writeFileSync(below(deep, pick(NAMES)), `deep ${step}`)
}

function replaceAndRemove(step: number): void {
  const target = existing()
  const fresh = `${outside}/fresh-${step}`
  fs.writeFileSync(fresh, 'fresh')
  fs.renameSync(fresh, target)
  if (random() < 0.5) fs.rmSync(target)
}

/** Each is as likely as it stands here often. */
const OPERATIONS: readonly ((step: number) => void)[] = [
  write,
  write,
  write,
  (step) => fs.appendFileSync(existing(), `more ${step}`),
  () => fs.truncateSync(existing(), 2),
  () => fs.chmodSync(existing(), 0o600 + Math.floor(random() * 0o200)),
  () => fs.mkdirSync(place()),
  () => fs.mkdirSync(place()),
  makeDeep,
  makeDeep,
  rename,
  rename,
  rename,
  () => fs.renameSync(existing(), place(outside)),
  () => fs.renameSync(place(outside), place()),
  () => fs.rmSync(existing(), { force: true }),
  () => fs.rmSync(existing(), { recursive: true, force: true }),
  () => fs.linkSync(existing(), place()),
  () => fs.symlinkSync('a', place()),
  replaceAndRemove,
]

/** mulberry32: one seed, one history. */
function generator(state: number): () => number {
  let now = state
  return () => {
    now = (now + 0x6d2b79f5) | 0
    let mixed = Math.imul(now ^ (now >>> 15), 1 | now)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

for (let step = 0; step < Number(operations); step++) attempt(step)
