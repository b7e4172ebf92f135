import type { Identity } from '@tenon/core/api'
import type { RunId } from '@tenon/core/document'
import { isRunOver, type RunEvent } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { followRunLog } from '../streams/follow-run-log.ts'

/** A run that a request waits for. */
export interface HeldRun {
  /** Run that exists already; what it has done before `begin` does not count. @defaultValue the run that `begin` starts */
  readonly runId?: RunId
  /** Starts the run, or gives one that exists what it waits for. */
  readonly begin: () => Promise<{ readonly runId: RunId }>
  /** Longest wait in milliseconds. */
  readonly waitMs: number
  readonly abortSignal: AbortSignal
  /** Called with each part of the log. @returns True to end the wait. */
  readonly onEvents: (events: readonly RunEvent[]) => boolean | Promise<boolean>
}

interface Holder {
  readonly identity: Identity
  /** When the request arrived, in milliseconds since the Unix epoch. */
  readonly receivedAt: number
}

/** Waits for a run, as `ProtocolCaller.holdRun` describes it. */
export async function holdRun(server: ServerContext, { identity, receivedAt }: Holder, held: HeldRun): Promise<RunId> {
  const { tenantId } = identity
  const { leave } = server.limits.held.enter(tenantId)
  const time = new AbortController()
  const timer = setTimeout(() => time.abort(), held.waitMs)
  try {
    const before = held.runId === undefined ? null : await server.reader.getRun(tenantId, held.runId)
    const { runId } = await held.begin()
    const after = before === null ? 0 : before.nextSeq - 1
    if (before !== null && isRunOver(before.status)) return runId
    const abortSignal = AbortSignal.any([held.abortSignal, time.signal])
    for await (const events of followRunLog(server, { tenantId, runId, after, abortSignal })) {
      if (events === null) continue
      if (events.some(hasAnswered) || (await held.onEvents(events))) break
    }
    // Rights may have been taken away during the wait.
    server.connections.checkRevoked(identity, receivedAt)
    return runId
  } finally {
    clearTimeout(timer)
    leave()
  }
}

function hasAnswered(event: RunEvent): boolean {
  return event.type === 'node_completed' && event.data.responds === true
}
