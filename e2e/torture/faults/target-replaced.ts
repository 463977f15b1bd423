import fs from 'node:fs'
import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'
import { bornAfter, LANDING_MS } from './stranger.ts'

/** The target is moved away for a while, and something else may stand in its place. */
export function targetReplaced(field: Field): Fault {
  const { target } = field.place
  const away = `${target}-away`
  let since = 0
  return {
    mayEnd: true,
    async strike() {
      await field.contact()
      const kind = field.random.pick(['file', 'nothing', 'link', 'directory'])
      field.tell(`the target becomes a ${kind}`)
      fs.renameSync(target, away)
      since = Date.now()
      if (kind === 'file') fs.writeFileSync(target, 'in the way')
      else if (kind === 'link') fs.symlinkSync('nowhere', target)
      else if (kind === 'directory') fs.mkdirSync(target)
    },
    heal() {
      const isDirectory = fs.lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true
      const written = isDirectory ? bornAfter(target, since + LANDING_MS) : []
      fs.rmSync(target, { recursive: true, force: true })
      fs.renameSync(away, target)
      if (field.contender.isCareful === true && written.length > 0) throw new Error(`a stranger got ${written.join(', ')}`)
    },
  }
}
