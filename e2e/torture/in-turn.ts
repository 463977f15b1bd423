/** Runs what it is given one after the other, whatever became of the one before: seeds share a server. */
export function inTurns(): (run: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (run) => (last = last.catch(() => undefined).then(run))
}
