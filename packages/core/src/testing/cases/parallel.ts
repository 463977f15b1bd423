import type { Case } from '../case.ts'

/** Clause: batches in flight at once do not interfere; their paths never overlap. */
export const parallelCases: readonly Case[] = [
  {
    name: 'parallel: as many batches at once as claimed',
    needs: ({ parallel }) => parallel > 1,
    async run(stage) {
      const count = Math.min(stage.handler.capabilities.parallel, 8)
      for (let at = 0; at < count; at++) stage.source.write(`d${at}/before`, 'before')
      await stage.sync()
      for (let at = 0; at < count; at++) {
        for (let file = 0; file < 20; file++) stage.source.write(`d${at}/f${file}`, `${at} ${file}`)
        stage.source.write(`d${at}/before`, 'after')
      }
      const planned = stage.plan()
      const parts = Array.from({ length: count }, (_unused, at) =>
        planned.map(({ batch, seen }) => {
          const changes = batch.changes.filter(({ path }) => path.startsWith(`d${at}/`))
          return { seen, batch: { ...batch, id: `${batch.id}-${at}`, changes } }
        }),
      )
      await Promise.all(
        parts.map(async (part) => {
          for (const batch of part) await stage.send(batch)
        }),
      )
      await stage.assertEqual()
    },
  },
]
