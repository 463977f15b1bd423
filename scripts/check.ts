import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { styleText } from 'node:util'

interface Step {
  readonly name: string
  /** A bin of the workspace, with its arguments. */
  readonly command: readonly [string, ...string[]]
  /** Shows its output while it runs, not only when it fails. */
  readonly live?: boolean
}

interface Outcome {
  readonly step: Step
  readonly passed: boolean
  readonly seconds: number
}

const REPORT = '.test-report.json'

/** Everything that has to hold before a change is merged. The build comes before the tests that run what is built. */
function steps(testArguments: readonly string[]): Step[] {
  return [
    { name: 'lint', command: ['oxlint', '--deny-warnings'] },
    { name: 'format', command: ['oxfmt', '--check'] },
    { name: 'unused code', command: ['knip', '--no-progress', '--no-config-hints'] },
    { name: 'build, types', command: ['tsc', '-b'] },
    {
      name: 'tests',
      command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, ...testArguments],
      live: true,
    },
  ]
}

process.exitCode = await check(process.argv.slice(2).filter((argument) => argument !== '--'))

async function check(testArguments: readonly string[]): Promise<number> {
  rmSync(REPORT, { force: true })
  const outcomes: Outcome[] = []
  for (const step of steps(testArguments)) outcomes.push(await run(step))
  console.log('')
  for (const outcome of outcomes) console.log(line(outcome))
  return outcomes.every((outcome) => outcome.passed) ? 0 : 1
}

async function run(step: Step): Promise<Outcome> {
  console.log(styleText('dim', `${step.name}: ${step.command.join(' ')}`))
  const [bin, ...args] = step.command
  const startedMs = performance.now()
  const passed = await execute(`node_modules/.bin/${bin}`, args, step.live === true)
  return { step, passed, seconds: (performance.now() - startedMs) / 1000 }
}

/** Resolves to whether it exited with 0. */
function execute(command: string, args: readonly string[], live: boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code !== 0) process.stdout.write(Buffer.concat(output))
      resolve(code === 0)
    })
  })
}

function line({ step, passed, seconds }: Outcome): string {
  const mark = passed ? styleText('green', 'ok  ') : styleText('red', 'FAIL')
  const counts = step.name === 'tests' ? ` ${testCounts()}` : ''
  return `${mark} ${step.name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s${counts}`
}

function testCounts(): string {
  try {
    // The report's shape is the test runner's documented JSON reporter.
    const report = JSON.parse(readFileSync(REPORT, 'utf8')) as Record<string, number>
    const leftOut = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0)
    return ` ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${leftOut} left out`
  } catch {
    return ' no report was written'
  }
}
