/** What has changed in the bucket. */
export interface Published {
  readonly bucket: string
  /** Keys of objects that were put, or copied to. */
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
}
