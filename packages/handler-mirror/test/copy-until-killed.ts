import mirror from '../src/index.ts'

/** Run by a test as a process of its own, which it kills: copies one file that takes long. */
const [, , root = '', destination = '', stateDir = '', path = ''] = process.argv
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const exec = () => Promise.reject(new Error('unused'))
const session = await mirror.setup(mirror.options.parse({ destination }), {
  root,
  stateDir,
  dryRun: false,
  isKnown: true,
  accept: false,
  log,
  progress: () => undefined,
  exec,
})
const common = { type: 'create', previousKind: 'none', content: true, recursive: false } as const
const parent = path.slice(0, path.lastIndexOf('/'))
const changes = [
  { ...common, path: parent, kind: 'directory' },
  { ...common, path, kind: 'file' },
] as const
await session.sync({ id: 'one', reason: 'change', attempt: 1, changes }, new AbortController().signal)
