// Sets the workspace up, then runs one of its programs. Plain JavaScript without dependencies: it runs before anything is
// installed, on any Node from 18 on.
import { fileURLToPath } from 'node:url'
import { Failure, runAttached } from './setup/command.mjs'
import { provideTools } from './setup/tools.mjs'
import { buildWorkspace, installWorkspace } from './setup/workspace.mjs'

const PROGRAMS = {
  start: 'scripts/demo.ts',
  test: 'scripts/check.ts',
  bench: 'bench/bench.ts',
  mutants: 'scripts/mutants.ts',
  soak: 'scripts/soak.ts',
  peers: 'e2e/peers/peers.ts',
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(`setup: ${error.message}`)
  process.exitCode = 1
}

async function main([name, ...args]) {
  if (name !== undefined && !Object.hasOwn(PROGRAMS, name)) {
    console.error(`usage: node scripts/setup.mjs [${Object.keys(PROGRAMS).join('|')}] [argument…]`)
    return 2
  }
  process.chdir(fileURLToPath(new URL('..', import.meta.url)))
  const tools = provideTools()
  installWorkspace(tools)
  // The tests build by themselves and report a failure beside the others.
  if (name !== 'test') buildWorkspace(tools)
  if (name === undefined) return 0
  return runAttached(tools.node, [PROGRAMS[name], ...args], tools.env)
}
