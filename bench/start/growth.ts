import type { Figure } from '../stage/figure.ts'
import { ratio, type Row, type Table } from '../stage/table.ts'

const GROWTH = ' … in times of the smallest'

/** How each figure of each contender grows with the tree. */
export function growthTable(figures: readonly Figure[]): Table {
  const sizes = [...new Set(figures.map(({ size }) => size))].toSorted((a, b) => a - b)
  const [smallest = 0, largest = 0] = [sizes[0], sizes.at(-1)]
  const kinds = [...new Set(figures.map(({ what }) => what))].filter((what) => !what.includes('/ find'))
  const rows = kinds.flatMap((what) => {
    const names = [...new Set(figures.filter((each) => each.what === what).map(({ who }) => who))]
    return names.map((who): Row => {
      const at = (size: number): number =>
        figures.find((each) => each.what === what && each.who === who && each.size === size)?.value ?? NaN
      return {
        '': `${what}: ${who}`,
        ...Object.fromEntries(sizes.map((size) => [`${size} files`, at(size)])),
        [GROWTH]: ratio(at(largest), at(smallest)),
      }
    })
  })
  return { title: 'Growth with the tree', rows, notes: [], failed: false }
}
