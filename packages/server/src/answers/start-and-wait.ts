import type { Identity, StartedRun, WaitedRun } from '@tenon/core/api'
import { durationToMs } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import type { ServerContext } from '../context.ts'
import type { HeldAnswer, RouteAnswer } from '../http/route-handler.ts'
import { presentRun } from '../runs/present-run.ts'
import { awaitAnswer } from './await-answer.ts'

/** A caller asks for the run later, or repeats the request with its key. */
const ASK_AGAIN = { 'retry-after': '1' } as const

/** A start by the API that waits. */
export interface WaitingStart {
  readonly identity: Identity
  /** Longest wait, as the request says it. */
  readonly wait: string
  /** When the request came in, in milliseconds since the Unix epoch: the wait counts from then. */
  readonly receivedAt: number
  readonly abortSignal: AbortSignal
  readonly headersOf: (started: StartedRun) => Readonly<Record<string, string>>
  readonly start: () => Promise<StartedRun>
}

/**
 * Starts a run and waits for its answer or its end. The request counts as held before the run is started, so that one that
 * may not wait starts nothing.
 *
 * @throws {@link TenonError} `RATE_LIMITED`; that of the start.
 */
export async function startAndWait(server: ServerContext, request: WaitingStart): Promise<HeldAnswer> {
  const { identity, receivedAt, abortSignal } = request
  const { tenantId } = identity
  const { leave } = server.limits.held.enter(tenantId)
  try {
    const started = await request.start()
    const { runId } = started
    const until = receivedAt + durationToMs(request.wait)
    return () => answer(started, until).finally(leave)

    async function answer(of: StartedRun, end: number): Promise<RouteAnswer> {
      const waited = await awaitAnswer(server, { tenantId, runId }, { until: end, abortSignal })
      // Rights may have been taken away during the wait.
      server.connections.checkRevoked(identity, receivedAt)
      const run = await server.reader.getRun(tenantId, runId)
      if (run === null) throw new TenonError('RUN_NOT_FOUND', 'The run was deleted meanwhile')
      const json: WaitedRun = {
        ...(await presentRun(server, run)),
        // Those who share the run, by a key or a limit, see no more of it than elsewhere.
        answer: waited.kind === 'answered' ? maskCredentials(waited.answer) : null,
      }
      const isDone = waited.kind === 'answered' || waited.kind === 'ended'
      const headers = request.headersOf(of)
      return isDone ? { status: 200, json, headers } : { status: 202, json, headers: { ...headers, ...ASK_AGAIN } }
    }
  } catch (error) {
    leave()
    throw error
  }
}
