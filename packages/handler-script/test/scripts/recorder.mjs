#!/usr/bin/env node
// Writes down how it was called: arguments, stdin, the lists that arguments name, its environment; bytes as latin1.
import fs from 'node:fs'

const latin1 = (text) => Buffer.from(text, 'utf8').toString('latin1')
const raw = process.platform === 'linux' ? fs.readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1) : []
const at = raw.findIndex((word) => word.endsWith('recorder.mjs'))
const args = at < 0 ? process.argv.slice(2).map(latin1) : raw.slice(at + 1)
const environ = fs.readFileSync('/proc/self/environ', 'latin1').split('\0')
const record = {
  args,
  cwd: process.cwd(),
  umask: process.umask(),
  uid: process.getuid(),
  gid: process.getgid(),
  stdin: fs.readFileSync(0, 'latin1'),
  lists: args.filter((arg) => arg.includes('/list-')).map((file) => fs.readFileSync(file, 'latin1')),
  env: Object.fromEntries(environ.filter((pair) => pair.startsWith('CLSYNC_')).map((pair) => pair.split(/=(.*)/su).slice(0, 2))),
}
fs.appendFileSync(process.env.RECORD, `${JSON.stringify(record)}\n`)
