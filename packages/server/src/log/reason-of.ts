/**
 * Returns the message of a thrown value for the `reason` of a log line; `unknown` for a value without a message. An
 * error with a cause gives the message of the cause, since its own message is for the caller and does not name the
 * failure.
 */
export function reasonOf(thrown: unknown): string {
  const source = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  if (source instanceof Error) return source.message
  return typeof source === 'string' ? source : 'unknown'
}
