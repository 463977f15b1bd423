import { hash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { defineHandler, z } from '@clsync/core/handler'

export default defineHandler({
  name: 'manifest',
  options: z.strictObject({ destination: z.string().describe('The JSON file to keep.') }),
  setup({ destination }, { root, dryRun }) {
    const sums = new Map(existsSync(destination) ? Object.entries(JSON.parse(readFileSync(destination, 'utf8'))) : [])
    return {
      isNew: sums.size === 0, // everything is sent again then
      async sync({ changes }) {
        for (const { type, path } of changes) {
          const isFile = type !== 'delete' && lstatSync(`${root}/${path}`, { throwIfNoEntry: false })?.isFile()
          if (isFile) sums.set(path, hash('sha256', readFileSync(`${root}/${path}`)))
          else sums.delete(path)
        }
        if (dryRun) return
        writeFileSync(`${destination}.new`, JSON.stringify(Object.fromEntries(sums), null, 2))
        renameSync(`${destination}.new`, destination)
      },
    }
  },
})
