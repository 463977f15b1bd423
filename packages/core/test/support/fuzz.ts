/**
 * How long and from where a fuzz test runs: `runs` unless CLSYNC_FUZZ_RUNS says otherwise, from CLSYNC_FUZZ_SEED, else 1. Both
 * belong in the test's name, so that what was found can be had again.
 */
export function fuzz(runs: number): { readonly runs: number; readonly seed: number } {
  return { runs: Number(process.env['CLSYNC_FUZZ_RUNS'] ?? runs), seed: Number(process.env['CLSYNC_FUZZ_SEED'] ?? 1) }
}
