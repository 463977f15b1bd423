#!/usr/bin/env node
// Mirrors what it is told in lines of JSON on stdin into the directory that is its argument, and says what became of each path.
import fs from 'node:fs'

const root = process.env.CLSYNC_ROOT
const target = process.argv[2]

for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line === '') continue
  const change = JSON.parse(line)
  const { path, pathBytes } = change
  try {
    say({ path, pathBytes, result: apply(change) })
  } catch (error) {
    say({ path, pathBytes, result: 'failed', error: String(error) })
  }
}

function apply(change) {
  const path = bytes(change.path, change.pathBytes)
  if (change.type === 'delete') return remove(path)
  if (change.type === 'move') return move(bytes(change.from, change.fromBytes), path)
  return bring(path)
}

function bytes(text, base64) {
  return base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64')
}

function at(folder, path) {
  return Buffer.concat([Buffer.from(`${folder}/`), path])
}

function remove(path) {
  if (hasLinkAbove(path)) return 'done'
  const there = at(target, path)
  const stat = fs.lstatSync(there, { throwIfNoEntry: false })
  if (stat?.isDirectory()) fs.rmdirSync(there)
  else if (stat) fs.unlinkSync(there)
  return 'done'
}

function move(from, path) {
  makeParent(path)
  fs.renameSync(at(target, from), at(target, path))
  return bring(path)
}

function bring(path) {
  const here = at(root, path)
  const stat = fs.lstatSync(here, { throwIfNoEntry: false })
  if (stat === undefined || hasLinkAbove(path, root)) return 'stale'
  makeParent(path)
  const there = at(target, path)
  const old = fs.lstatSync(there, { throwIfNoEntry: false })
  if (old && kindOf(old) !== kindOf(stat)) fs.rmSync(there, { recursive: true })
  if (stat.isDirectory()) {
    fs.mkdirSync(there, { recursive: true })
    fs.chmodSync(there, stat.mode & 0o7777)
  } else if (stat.isSymbolicLink()) {
    fs.rmSync(there, { force: true })
    fs.symlinkSync(fs.readlinkSync(here, 'buffer'), there)
  } else if (stat.isFile()) {
    const temp = `${target}.${process.pid}.new`
    fs.copyFileSync(here, temp)
    fs.chmodSync(temp, stat.mode & 0o7777)
    fs.utimesSync(temp, stat.atime, stat.mtime)
    fs.renameSync(temp, there)
  } else return 'stale'
  return 'done'
}

function makeParent(path) {
  const parent = path.subarray(0, Math.max(path.lastIndexOf('/'), 0))
  if (parent.length === 0) return
  makeParent(parent)
  const there = at(target, parent)
  const stat = fs.lstatSync(there, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return
  if (stat) fs.unlinkSync(there)
  fs.mkdirSync(there)
}

function hasLinkAbove(path, folder = target) {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const stat = fs.lstatSync(at(folder, path.subarray(0, end)), { throwIfNoEntry: false })
    if (stat && !stat.isDirectory()) return true
  }
  return false
}

function kindOf(stat) {
  return stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'file'
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
