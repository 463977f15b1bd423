import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** How a run of tests ended. */
export type SuiteResult =
  | { readonly type: 'passed' }
  | { readonly type: 'timeout' }
  | { readonly type: 'failed'; readonly test: string }
  /** A test file could not even be run. */
  | { readonly type: 'unfit'; readonly message: string }

export interface SuiteRun {
  /** Root of the workspace. */
  readonly root: string
  /** Test files, by parts of their names; those that are left out by others. */
  readonly only: readonly string[]
  readonly without: readonly string[]
  readonly limitMs: number
}

const REPORT = '.test-report.json'

/** Runs tests until the first fails. */
export async function runSuite({ root, only, without, limitMs }: SuiteRun): Promise<SuiteResult> {
  const report = path.join(root, REPORT)
  fs.rmSync(report, { force: true })
  const left = without.flatMap((tests) => ['--exclude', tests, '--exclude', `${tests}/**`])
  const reporting = ['--reporter=json', `--outputFile.json=${report}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...only, ...left, '--bail=1', '--passWithNoTests', ...reporting]
  const { code, isOver, output } = await runGroup(root, args, limitMs)
  if (isOver) return { type: 'timeout' }
  if (code === 0) return { type: 'passed' }
  return failureIn(report) ?? { type: 'unfit', message: output.slice(-2000) }
}

interface Ending {
  readonly code: number | null
  readonly isOver: boolean
  readonly output: string
}

/** In a process group of its own, which ends with it: a mistake may leave processes behind. */
function runGroup(cwd: string, args: readonly string[], limitMs: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const kill = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    let isOver = false
    const end = (): void => {
      isOver = true
      kill()
    }
    const timer = limitMs < Infinity ? setTimeout(end, limitMs) : undefined
    process.on('exit', kill)
    const output: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      kill()
      process.off('exit', kill)
      resolve({ code, isOver, output: Buffer.concat(output).toString() })
    })
  })
}

/** As far as it is read here: the documented JSON of the test runner. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function failureIn(file: string): SuiteResult | undefined {
  if (!fs.existsSync(file)) return undefined
  const { testResults } = JSON.parse(fs.readFileSync(file, 'utf8')) as Report
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed !== undefined) return { type: 'failed', test: `${path.basename(name, '.test.ts')}: ${failed.fullName}` }
  }
  const broken = testResults.find(({ status }) => status === 'failed')
  if (broken === undefined) return undefined
  // The runner may stop before it has written down which test it stopped for; a file that cannot be run says why.
  if (broken.message === '') return { type: 'failed', test: path.basename(broken.name, '.test.ts') }
  return { type: 'unfit', message: broken.message }
}
