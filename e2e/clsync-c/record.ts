import fs from 'node:fs'
import { installed } from '../peers/installed.ts'
import { Stage } from '../stage/stage.ts'
import { LOSSES } from './losses/losses.ts'
import { endPeers, theirs } from './losses/program.ts'

/**
 * Puts the C clsync through the histories of `losses/` and writes down how they ended, for losses.test.ts. Run as root, where
 * `clsync` is installed:
 *
 *     node --conditions=clsync-source e2e/clsync-c/record.ts [part of a title]
 */
const file = new URL('recorded.json', import.meta.url)
const only = process.argv[2] ?? ''
const old = JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly endings: Readonly<Record<string, string>> } // made below
const endings: Record<string, string> = {}
for (const { title, right, run } of LOSSES) {
  if (!title.includes(only)) {
    endings[title] = old.endings[title] ?? '?'
    continue
  }
  const stage = new Stage()
  try {
    endings[title] = await run(theirs, stage)
  } catch (error) {
    endings[title] = `? ${String(error)}`
  }
  console.log(`${endings[title] === right ? 'RIGHT' : 'wrong'}  ${title}: ${endings[title]}`)
  await endPeers()
  await stage.dispose()
}
fs.writeFileSync(file, `${JSON.stringify({ clsync: installed().versions['clsync'], endings }, undefined, 2)}\n`)
