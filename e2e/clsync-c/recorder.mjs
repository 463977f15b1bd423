#!/usr/bin/env node
// Stands before a handler: writes down how it was called, then runs it in the same way.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

const args = process.argv.slice(2)
const lists = args.filter((arg) => /\/(?:list-|\.clsync-)[^/]*$/u.test(arg) && fs.existsSync(arg))
const record = {
  args,
  cwd: process.cwd(),
  lists: lists.map((file) => [file, fs.readFileSync(file, 'latin1')]),
  status: process.env.CLSYNC_STATUS,
  iteration: process.env.CLSYNC_ITERATION,
}
const { status } = spawnSync(process.env.RECORDED_HANDLER, args, { stdio: 'inherit' })
fs.appendFileSync(process.env.RECORD, `${JSON.stringify(record)}\n`)
process.exitCode = status ?? 1
