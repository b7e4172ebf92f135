/** Returns the message of a thrown value, for the `reason` of a log line; `unknown` for a value that is no error. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'unknown'
}
