import { z } from '@clsync/core/handler'

/** Prices of S3 Standard in us-east-1, in US dollars, as published in 2026. */
export const priceOptions = z
  .strictObject({
    put: z.number().min(0).default(0.005).describe('1 000 PUT, COPY, POST or LIST requests.'),
    get: z.number().min(0).default(0.0004).describe('1 000 HEAD or other requests.'),
    storage: z.number().min(0).default(0.023).describe('A GB for a month.'),
    currency: z.string().default('USD').describe('Shown with the amounts.'),
  })
  .prefault({})

export type Prices = z.output<typeof priceOptions>

/** Requests that a plan needs. DELETE is free. */
export interface Requests {
  readonly put: number
  readonly copy: number
  readonly list: number
  readonly head: number
}

/** Of the requests, once. */
export function priceOf({ put, copy, list, head }: Requests, prices: Prices): number {
  return ((put + copy + list) * prices.put + head * prices.get) / 1000
}

/** Of keeping so many bytes, each month. */
export function priceOfMonth(bytes: number, { storage }: Prices): number {
  return (bytes / 1e9) * storage
}
