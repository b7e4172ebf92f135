const STUCK_AFTER_MS = 60_000
const LOOK_EVERY_MS = 50

/**
 * Waits until a count that rises has reached its goal. A look that fails is repeated: nothing can be seen while Postgres
 * is down.
 *
 * @throws RangeError with a description if the count has not risen for a minute: the system is stuck.
 */
export async function waitUntil(
  look: () => Promise<number>,
  goal: number,
  describe: () => Promise<string>,
): Promise<void> {
  let highest = Number.NEGATIVE_INFINITY
  let stuckAt = performance.now() + STUCK_AFTER_MS
  for (;;) {
    const count = await look().catch(() => highest)
    if (count >= goal) return
    if (count > highest) {
      highest = count
      stuckAt = performance.now() + STUCK_AFTER_MS
    }
    if (performance.now() > stuckAt) throw new RangeError(await describe().catch(String))
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
