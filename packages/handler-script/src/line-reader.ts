import type { Readable } from 'node:stream'

/** A longer line is cut there. */
const LONGEST = 16 * 1024

/** Calls back for each line of a stream, without its end, and for what stands after the last one. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (rest.length > LONGEST) {
      onLine(rest)
      rest = ''
    }
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
    rest = ''
  })
  // It may be cut off when what the command left in the background holds it open.
  stream.on('error', () => undefined)
}
