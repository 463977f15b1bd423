import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/model/clock.ts'
import { bytesText, countText, durationText } from '../../src/observe/amount.ts'
import { createLogger } from '../../src/observe/log.ts'
import { progressText, startProgress } from '../../src/observe/progress.ts'
import { createTerminal } from '../../src/observe/terminal.ts'
import { statusOf } from '../support/fake-engine.ts'

describe('amounts', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [12_345, '12 kB'],
    [3_400_000, '3.4 MB'],
    [999_999, '1 MB'],
    [5e12, '5 TB'],
  ])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

  test.each([
    [0.4, '0 ms'],
    [14, '14 ms'],
    [2500, '2.5 s'],
    [59_990, '1 min'],
    [200_000, '3 min 20 s'],
    [3_900_000, '1 h 5 min'],
  ])('%d ms are %s', (ms, text) => expect(durationText(ms)).toBe(text))

  test('counts', () =>
    expect([countText(1, 'change'), countText(12_345, 'entry', 'entries')]).toEqual(['1 change', '12,345 entries']))
})

describe('progressText', () => {
  const rate = { changes: 100, bytes: 3_400_000 }
  test.each([
    [{ entries: 1200, scanning: 34, pending: 0, sent: 0, bytes: 0 }, 'scanned 1,200 entries, 34 directories to read'],
    [
      { entries: 1200, scanning: 1, pending: 5, sent: 5, bytes: 10 },
      'scanned 1,200 entries, 1 directory to read · sent 5 of 10 changes, 10 B, 3.4 MB/s',
    ],
    [
      { entries: 1200, scanning: 0, pending: 300, sent: 800, bytes: 12e6 },
      'sent 800 of 1,100 changes, 12 MB, 3.4 MB/s, 3 s left',
    ],
  ])('%j', (progress, text) => expect(progressText(progress, rate)).toBe(text))
})

describe('startProgress', () => {
  function setup(isTTY: boolean) {
    let text = ''
    let nowMs = 0
    let tick = () => {}
    let cancelled = false
    const clock: Clock = {
      now: () => nowMs,
      monotonic: () => nowMs,
      after(delayMs, run) {
        tick = () => {
          nowMs += delayMs
          run()
        }
        return { cancel: () => (cancelled = true) }
      },
    }
    const terminal = createTerminal({ write: (part: string) => (text += part), isTTY, columns: 40 }, {})
    const log = createLogger({ terminal, clock, format: 'pretty', level: 'info' })
    let status = statusOf('data')
    const progress = startProgress({ statuses: () => [status], terminal, log, clock })
    const sent = (changes: number, pending: number) => {
      status = {
        ...status,
        targets: status.targets.map((one) => ({
          ...one,
          pending,
          synced: { batches: 1, rounds: 1, changes, bytes: changes * 1000 },
        })),
      }
      tick()
    }
    return { sent, progress, terminal, text: () => text, clear: () => (text = ''), isCancelled: () => cancelled }
  }

  test('is one live line on a terminal, below what is logged, cut to its width', () => {
    const { sent, text, terminal, clear, progress, isCancelled } = setup(true)
    sent(10, 90)
    sent(20, 80)
    expect(text()).toContain('sent 20 of 100 changes')
    expect(text()).not.toContain('\n')
    for (const part of text().split('\r\u001B[2K')) expect(part.length).toBeLessThan(40)
    clear()
    terminal.line('a line')
    expect(text()).toContain('\r\u001B[2Ka line\nsent 20')
    clear()
    progress.stop()
    expect(text()).toBe('\r\u001B[2K')
    expect(isCancelled()).toBe(true)
  })

  test('is a line now and then elsewhere', () => {
    const { sent, text, progress } = setup(false)
    sent(10, 90)
    sent(60, 40)
    progress.stop()
    const lines = text().trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/sent 60 of 100 changes, 60 kB, 10 kB\/s, 4 s left/u)
  })
})
