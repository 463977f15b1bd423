/** Whether a target halts at this error. */
export function isRefusalLike(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'HANDLER_REFUSED' && 'fix' in error
}
