/** Defaults of another program, for those who come from it; under everything else that is said. */
export const PRESETS = Object.freeze({
  /** As the C clsync has them. */
  clsync: Object.freeze({
    schedule: Object.freeze({
      delay: '30s',
      minInterval: '30s',
      bigFile: Object.freeze({ threshold: '128MiB', delay: '30m' }),
    }),
    retry: Object.freeze({ attempts: 1, min: '30s', max: '30s' }),
    timeout: '1d',
  }),
})

export const PRESET_NAMES = ['clsync'] as const satisfies readonly (keyof typeof PRESETS)[]
