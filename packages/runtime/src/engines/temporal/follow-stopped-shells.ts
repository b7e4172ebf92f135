import type { RuntimeLog } from '../../engine.ts'
import { reasonOf } from '../../reason-of.ts'
import type { Outbox } from '../../store/outbox.ts'
import type { ShellClient } from './shell-client.ts'

const EVERY_MS = 10_000
/** Temporal lists ended workflows with a delay of seconds. */
const OVERLAP_MS = 60_000

/** Deps of {@link followStoppedShells}. */
export interface FollowStoppedDeps {
  readonly client: Pick<ShellClient, 'findStopped'>
  readonly outbox: Pick<Outbox, 'hasten'>
  readonly log: RuntimeLog
  /** @defaultValue 10_000 */
  readonly everyMs?: number
}

/**
 * Queries Temporal every 10 s for shells that an operator has ended, with one call for all runs, and checks open runs
 * among them at once. A waiting run is otherwise checked every ten minutes.
 *
 * @returns A function that stops the queries; resolves when no call is in flight.
 */
export function followStoppedShells({
  client,
  outbox,
  log,
  everyMs = EVERY_MS,
}: FollowStoppedDeps): () => Promise<void> {
  let asking: Promise<void> | null = null
  const ask = async (): Promise<void> => {
    try {
      for (const run of await client.findStopped(Date.now() - OVERLAP_MS)) await outbox.hasten(run, 0)
    } catch (error) {
      const reason = reasonOf(error)
      log('warn', 'shells.list_failed: retrying', { reason })
    }
    asking = null
  }
  const timer = setInterval(() => {
    asking ??= ask()
  }, everyMs).unref()
  return async () => {
    clearInterval(timer)
    await asking
  }
}
