/**
 * Returns the message of a thrown value for the `reason` of a log line; of an error with a cause that of the cause,
 * since a wrapper has words for the caller and hides what failed. `unknown` for a value without a message.
 */
export function reasonOf(thrown: unknown): string {
  const source = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  if (source instanceof Error) return source.message
  return typeof source === 'string' ? source : 'unknown'
}
