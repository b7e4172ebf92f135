/** Closes every part, also those after one that cannot be closed; then throws what went wrong first. */
export async function closeInOrder(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  const failures: unknown[] = []
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
