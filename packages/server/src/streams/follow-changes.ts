import { CHANGE_KINDS, type Change } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { BUS_RESTORED_TOPIC, type BusMessage, changesTopic } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { createBell } from './bell.ts'

export interface FollowChangesOptions {
  readonly tenantId: TenantId
  readonly abortSignal: AbortSignal
  /** A `null` comes out after so long without changes. @defaultValue 15_000 */
  readonly heartbeatMs?: number
  /** Time in which changes of one thing become one hint. @defaultValue 100 */
  readonly gatherMs?: number
}

/** More hints than this between two batches are replaced by one `ready`. */
const MAX_HINTS = 200
/** After too many hints, the next batch waits for so long: each `ready` makes every open page read again. */
const OVERFLOW_MS = 2_000

/**
 * Follows the hints of what changes in a tenant, from now on: `ready` first, then batches with one hint for each thing
 * that has changed. Memory is bounded however slow the consumer is.
 *
 * @returns Batches of one or more hints; `null` as a heartbeat. Ends when it is aborted or the server closes.
 */
export async function* followChanges(
  server: Pick<ServerContext, 'bus' | 'closing'>,
  { tenantId, abortSignal, heartbeatMs = 15_000, gatherMs = 100 }: FollowChangesOptions,
): AsyncGenerator<readonly Change[] | null, boolean, void> {
  const bell = createBell()
  const hints = new Map<string, Change>()
  const add = (change: Change): void => {
    const isTooMuch = change.kind === 'ready' || hints.has(READY) || hints.size >= MAX_HINTS
    if (isTooMuch) hints.clear()
    if (isTooMuch) hints.set(READY, { kind: 'ready' })
    else hints.set(keyOf(change), change)
    bell.ring()
  }
  const stop = AbortSignal.any([abortSignal, server.closing])
  stop.addEventListener('abort', bell.ring)
  // Before `ready` goes out: what changes while the client reads for the first time is not missed.
  const unsubscribe = [
    server.bus.subscribe(changesTopic(tenantId), (message) => add(changeOf(message))),
    server.bus.subscribe(BUS_RESTORED_TOPIC, () => add({ kind: 'ready' })),
  ]
  try {
    yield [{ kind: 'ready' }]
    while (!stop.aborted) {
      await bell.wait(heartbeatMs)
      if (stop.aborted) break
      if (hints.size === 0) {
        yield null
        continue
      }
      await pause(hints.has(READY) ? OVERFLOW_MS : gatherMs, stop)
      const batch = [...hints.values()]
      hints.clear()
      yield batch
    }
    return false
  } finally {
    for (const leave of unsubscribe) leave()
    stop.removeEventListener('abort', bell.ring)
  }
}

const READY = 'ready'

function keyOf(change: Change): string {
  return change.kind === 'ready' ? READY : `${change.kind}:${change.workflowId ?? ''}:${change.id}`
}

/** Only this server and its siblings publish on the topic; a kind of a newer one makes pages read again. */
function changeOf({ kind, id, workflowId }: BusMessage): Change {
  const known = CHANGE_KINDS.find((candidate) => candidate === kind)
  if (known === undefined || typeof id !== 'string') return { kind: 'ready' }
  return { kind: known, id, ...(typeof workflowId === 'string' ? { workflowId } : {}) }
}

async function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, delayMs)
    stop.addEventListener('abort', wake)
  })
}
