/** `12 kB`, `3.4 MB`: three figures at most, powers of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${BYTE_UNITS[unit]}`
}

/** `14 ms`, `2.5 s`, `3 min 20 s`, `1 h 5 min`. */
export function durationText(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`
  if (durationMs < 59_950) return `${Number((durationMs / 1000).toPrecision(durationMs < 9_950 ? 2 : 3))} s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

/** `1 change`, `12,345 changes`. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${groupedText(count)} ${count === 1 ? noun : plural}`
}

/** `12,345`. */
export function groupedText(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',')
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
