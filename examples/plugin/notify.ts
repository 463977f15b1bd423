import { appendFileSync } from 'node:fs'

appendFileSync('out/notified.txt', `${process.env['CLSYNC_CHANGES']} changes have arrived\n`)
