#!/usr/bin/env node
// Only old syntax in this file: a Node that is too old has to get as far as the line that says so.
import { spawn } from 'child_process'
import { existsSync, statSync } from 'fs'
import module from 'module'
import { constants, homedir } from 'os'
import { dirname, join } from 'path'
import { fileURLToPath } from 'url'
import { setFlagsFromString } from 'v8'

const FLOOR = [22, 18]
const here = dirname(fileURLToPath(import.meta.url))

if (isNewEnough(process.versions.node)) {
  start()
} else if (process.env.CLSYNC_NODE_TRIED === undefined && installedNode() !== undefined) {
  startWith(installedNode())
} else {
  const floor = FLOOR.join('.')
  console.error(
    `clsync needs Node ${floor} or newer, this is ${process.versions.node}: "npm install -g node@24", or "nvm install 24" with nvm`,
  )
  process.exitCode = 2
}

function isNewEnough(version) {
  const parts = version.split('.').map(Number)
  return parts[0] > FLOOR[0] || (parts[0] === FLOOR[0] && parts[1] >= FLOOR[1])
}

function start() {
  // Commands that a handler runs are told nothing of how this one was started.
  delete process.env.CLSYNC_NODE_TRIED
  hideSqliteWarning()
  keepHeapSmall()
  keepCompiled()
  import('../dist/cli/main.js').then(
    (cli) => cli.main(process.argv.slice(2)).then((code) => (process.exitCode = code)),
    (error) => {
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || existsSync(join(here, '../dist/cli/main.js'))) throw error
      console.error('clsync is not built here: run "npx tsc -b" (or "npm start") at the root of the workspace')
      process.exitCode = 2
    },
  )
}

/** Node 22 calls its SQLite experimental on stderr at every start; every other warning stays. */
function hideSqliteWarning() {
  const emitWarning = process.emitWarning
  process.emitWarning = function (warning) {
    if (String(warning).startsWith('SQLite is an experimental feature')) return
    emitWarning.apply(process, arguments)
  }
}

/**
 * Nearly all that a scan or a batch allocates is garbage a moment later. Left alone, V8 lets the space for it grow to over a
 * hundred MB and keeps it; this costs a few per cent of CPU during a first sync, and saves more than that memory for good.
 */
function keepHeapSmall() {
  setFlagsFromString('--max-semi-space-size=4')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * A fifth of a start is spent on compiling what was compiled before. Kept only below what is this user's own, as what is found there
 * is run: not in the system's temporary folder, and not in somebody's home that root was started in. Without it, Node goes on.
 */
function keepCompiled() {
  if (process.env.NODE_COMPILE_CACHE) return module.enableCompileCache()
  try {
    const own = process.env.XDG_CACHE_HOME || homedir()
    if (!process.geteuid || statSync(own).uid !== process.geteuid()) return
    module.enableCompileCache(join(own, process.env.XDG_CACHE_HOME ? '' : '.cache', 'clsync/compiled'))
  } catch {
    // There is no such folder.
  }
}

/** A newer Node that stands in a folder above: the npm package `node`, or what this workspace's set-up has brought. */
function installedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = here; ; folder = dirname(folder)) {
    for (const modules of ['node_modules', '.tools/node_modules']) {
      const node = join(folder, modules, 'node/bin', name)
      if (existsSync(node)) return node
    }
    if (dirname(folder) === folder) return undefined
  }
}

function startWith(node) {
  const env = Object.assign({}, process.env, { CLSYNC_NODE_TRIED: '1' })
  const child = spawn(node, process.execArgv.concat(process.argv.slice(1)), { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGQUIT']) {
    process.on(signal, () => {
      if (!cameFromTerminal(signal)) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`clsync cannot start ${node}: ${error.message}`)
    process.exitCode = 2
  })
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code)
    // Ends as the child did, so that a shell or a service manager sees the same.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100)
  })
}

/** A key pressed in a terminal reaches the child by itself; passed on, it would count as pressed twice. */
function cameFromTerminal(signal) {
  const isKey = signal === 'SIGINT' || signal === 'SIGQUIT'
  return isKey && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
}
