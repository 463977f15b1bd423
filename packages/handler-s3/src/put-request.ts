import type { Headers } from './header-rules.ts'

export interface PutRequest {
  readonly key: string
  readonly body: Uint8Array
  /** In base64. */
  readonly md5: string
  readonly headers: Headers
  readonly metadata: Readonly<Record<string, string>>
  readonly condition: Condition
}

/** What the server must find at a key for a write to be done. */
export type Condition =
  | { readonly type: 'absent' }
  | { readonly type: 'is'; readonly etag: string; readonly quoted: boolean }
  | undefined

/** The fields of a request that ask for it. */
export function conditionFields(condition: Condition): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === undefined) return {}
  if (condition.type === 'absent') return { IfNoneMatch: '*' }
  return { IfMatch: condition.quoted ? `"${condition.etag}"` : condition.etag }
}

/** An ETag as it is compared: servers differ in how they write it. */
export function unquote(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"|"$/g, '')
}
