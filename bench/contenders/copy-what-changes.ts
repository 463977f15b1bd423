// The floor that clsync is measured against: it knows nothing, remembers nothing, promises nothing, and copies what an event names.
import fs from 'node:fs'
import { fromText, type RawPath, toText } from '../../packages/core/src/model/path.ts'
import { IN, InotifyQueue } from '../../packages/core/src/monitor/inotify-queue.ts'
import { loadLibc } from '../../packages/core/src/monitor/libc.ts'

const [source = '', target = ''] = process.argv.slice(2)
const MASK = IN.MODIFY | IN.ATTRIB | IN.CLOSE_WRITE | IN.MOVED_FROM | IN.MOVED_TO | IN.CREATE | IN.DELETE
const directories = new Map<number, string>()
let touched = new Set<string>()

const queue = new InotifyQueue(await loadLibc(), (watch, _mask, name) => {
  if (touched.size === 0) setImmediate(copyTouched)
  if (name !== '') touched.add(`${directories.get(watch)}/${toText(name)}`)
})
queue.open((errno) => {
  throw new Error(`inotify failed: error ${errno}`)
})
watch('')
console.log('ready')

function watch(directory: string): fs.Dirent[] {
  directories.set(queue.add(`${fromText(source)}${fromText(directory)}` as RawPath, MASK), directory)
  const entries = fs.readdirSync(source + directory, { withFileTypes: true })
  for (const entry of entries) if (entry.isDirectory()) watch(`${directory}/${entry.name}`)
  return entries
}

/** All events of one read, each path once. */
function copyTouched(): void {
  const paths = touched
  touched = new Set()
  for (const path of paths) {
    try {
      copy(path)
    } catch (error) {
      // What has gone meanwhile is told of, too.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function copy(path: string): void {
  const stat = fs.lstatSync(source + path, { throwIfNoEntry: false })
  if (stat === undefined) fs.rmSync(target + path, { recursive: true, force: true })
  else if (stat.isFile()) fs.copyFileSync(source + path, target + path)
  else if (stat.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source + path), target + path)
  else if (!fs.existsSync(target + path)) {
    fs.mkdirSync(target + path)
    for (const { name } of watch(path)) copy(`${path}/${name}`)
  }
}
