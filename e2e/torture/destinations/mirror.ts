import type { Destination } from '../destination.ts'

/** A local directory, by the handler that is built in. */
export const mirror: Destination = {
  name: 'mirror',
  isCareful: true,
  target: ({ target }, random) => ({ destination: target, options: { hardLinks: random.chance(0.25) } }),
}
