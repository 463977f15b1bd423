import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { runQuietly } from './command.mjs'

/** Inside what it speaks of, so that both go together. */
const STAMP = 'node_modules/.setup-stamp'

/** Installs exactly what the lock file says, unless that was done. */
export function installWorkspace(tools) {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  console.error('setup: installing the packages')
  // CI: pnpm asks no question when it has to replace what another version installed.
  const env = { ...tools.env, CI: 'true' }
  runQuietly('pnpm install', tools.pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], env)
  writeFileSync(STAMP, wanted)
}

/** Builds what of the packages has changed; the compiler keeps count by itself. */
export function buildWorkspace(tools) {
  const projects = readdirSync('packages').filter((name) => existsSync(`packages/${name}/tsconfig.json`))
  const args = ['node_modules/typescript/bin/tsc', '-b', ...projects.map((name) => `packages/${name}`)]
  runQuietly('the build', tools.node, args, tools.env)
}

/** Covers all that decides what is installed where; pnpm's links are not for another folder. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.cwd()}\0${process.platform}-${process.arch}`)
  for (const file of manifests()) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

function manifests() {
  const packages = ['packages', 'examples'].filter((folder) => existsSync(folder)).flatMap(manifestsIn)
  return ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...packages].filter((file) => existsSync(file))
}

function manifestsIn(folder) {
  return readdirSync(folder)
    .toSorted()
    .map((name) => `${folder}/${name}/package.json`)
}
