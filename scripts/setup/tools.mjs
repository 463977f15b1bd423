import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { Failure, runQuietly } from './command.mjs'

const FOLDER = '.tools'
const STAMP = `${FOLDER}/installed.json`

/**
 * The Node and the pnpm of this workspace: the running Node when it is new enough, else both from npm, below `.tools`.
 * `env` has them first in PATH.
 */
export function provideTools() {
  const packages = wantedPackages()
  if (!areInstalled(packages)) install(packages)
  const node = packages.node === undefined ? process.execPath : resolve(FOLDER, 'node_modules/node/bin', nodeFile())
  const path = [resolve(FOLDER, 'node_modules/.bin'), dirname(node), process.env.PATH ?? ''].join(delimiter)
  return { node, pnpm: resolve(FOLDER, 'node_modules/.bin', pnpmFile()), env: { ...withoutNpm(process.env), PATH: path } }
}

/** Name to version. The floor is the `engines.node` of what is built here. */
function wantedPackages() {
  const { packageManager, engines } = JSON.parse(readFileSync('package.json', 'utf8'))
  const pnpm = packageManager.replace('pnpm@', '')
  if (isAtLeast(process.versions.node, engines.node.replace('>=', ''))) return { pnpm }
  return { pnpm, node: readFileSync('.node-version', 'utf8').trim() }
}

function isAtLeast(version, floor) {
  const [major, minor] = version.split('.').map(Number)
  const [floorMajor, floorMinor] = floor.split('.').map(Number)
  return major > floorMajor || (major === floorMajor && minor >= floorMinor)
}

/** Tools installed for an older Node serve a newer one too. */
function areInstalled(packages) {
  const present = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {}
  return present.platform === platform() && Object.keys(packages).every((name) => present[name] === packages[name])
}

/** The stamp is written last: what was interrupted is made anew. */
function install(packages) {
  const specs = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  console.error(`setup: installing ${specs.join(' and ')} into ${FOLDER} (once)`)
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  // With a package.json of its own it is a project to npm. (`--prefix` would also move npm's global settings.)
  writeFileSync(`${FOLDER}/package.json`, '{ "private": true }\n')
  const args = ['install', '--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier', ...specs]
  runQuietly('installing the tools with npm', ...npmCommand(args), process.env, FOLDER)
  if (packages.node !== undefined) checkNode(packages.node)
  writeFileSync(STAMP, JSON.stringify({ ...packages, platform: platform() }))
}

/** The npm that started this, when one did: it need not be the one in PATH. */
function npmCommand(args) {
  const npm = process.env.npm_execpath ?? ''
  if (/npm-cli\.c?js$/.test(npm)) return [process.execPath, [npm, ...args]]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args]
}

/** The `node` package fetches its binary in an install script, which npm can be told to leave out. */
function checkNode(version) {
  const node = resolve(FOLDER, 'node_modules/node/bin', nodeFile())
  if (!existsSync(node))
    throw new Failure(`npm did not run the install script of node@${version}: allow it, or use Node ${version} yourself`)
  runQuietly(`trying node@${version}`, node, ['--version'], process.env)
}

/** npm tells its children about its own run; a package manager below would take that for its options. */
function withoutNpm(env) {
  const own = /^npm_(lifecycle|package|config_(local_prefix|global_prefix|prefix|node_gyp|noproxy|user_agent))/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name) && name !== 'npm_execpath'))
}

function platform() {
  return `${process.platform}-${process.arch}`
}

function nodeFile() {
  return process.platform === 'win32' ? 'node.exe' : 'node'
}

function pnpmFile() {
  return process.platform === 'win32' ? 'pnpm.cmd' : 'pnpm'
}
