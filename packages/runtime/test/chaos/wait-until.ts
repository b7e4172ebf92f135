const STUCK_AFTER_MS = 60_000
const LOOK_EVERY_MS = 50

/**
 * Waits until a look at the system finds what it looks for. A look that fails is repeated: nothing can be seen while
 * Postgres is down.
 *
 * @throws RangeError with a description after a minute: the system is stuck.
 */
export async function waitUntil(isMet: () => Promise<boolean>, describe: () => Promise<string>): Promise<void> {
  const stuckAt = performance.now() + STUCK_AFTER_MS
  while (!(await isMet().catch(() => false))) {
    if (performance.now() > stuckAt) throw new RangeError(await describe().catch(String))
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
