import type { AcceptedWebhook } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import { awaitAnswer } from '../answers/await-answer.ts'
import { toAnswerResponse } from '../answers/to-answer-response.ts'
import type { ServerContext } from '../context.ts'
import type { RouteAnswer } from '../http/route-handler.ts'

/** Settings of a trigger that answers with the run. */
export interface AnswerSettings {
  /** Longest wait in milliseconds. */
  readonly withinMs: number
  readonly lateAnswer: 'accepted' | 'timeout'
}

/** A message that waits for its run. */
export interface HeldMessage extends AnswerSettings {
  readonly tenantId: TenantId
  /** Time at which the wait ends, in milliseconds since the Unix epoch. */
  readonly until: number
  /** Ends the count of the message. */
  readonly leave: () => void
}

/**
 * Answers a message with its run: with the first respond node, else with the output at its end. The same message again
 * gets the same answer, also from another process.
 *
 * @throws {@link TenonError} `RUN_NOT_COMPLETED` for a run that has failed or was canceled; `RUN_ANSWER_LATE` if the trigger
 * says so; `UNAVAILABLE` while the server closes; `FILE_NOT_FOUND`.
 */
export async function answerMessage(
  server: ServerContext,
  accepted: AcceptedWebhook,
  { tenantId, until, lateAnswer, leave }: HeldMessage,
  abortSignal: AbortSignal,
): Promise<RouteAnswer> {
  const { runId } = accepted
  try {
    const awaited = await awaitAnswer(server, { tenantId, runId }, { until, abortSignal })
    switch (awaited.kind) {
      case 'answered':
        return await toAnswerResponse(server, tenantId, awaited.answer)
      case 'ended':
        return { status: 200, json: await outputOf(server, tenantId, runId) }
      case 'closing':
        throw new TenonError('UNAVAILABLE', 'The server closes; the run continues', { details: { runId } })
      case 'gone':
      case 'late':
        if (lateAnswer === 'accepted') return { status: 202, json: accepted }
        throw new TenonError('RUN_ANSWER_LATE', 'The run has not answered in time, and continues', {
          details: { runId },
        })
    }
  } finally {
    leave()
  }
}

/** The sender learns that a run has failed, but not why: that is for the people of the tenant. */
async function outputOf({ reader }: ServerContext, tenantId: TenantId, runId: string): Promise<unknown> {
  const run = await reader.getRun(tenantId, runId)
  if (run?.status !== 'completed') {
    throw new TenonError('RUN_NOT_COMPLETED', 'The run has ended without a result', { details: { runId } })
  }
  return run.output === null ? null : maskCredentials(await reader.loadValue(tenantId, run.output))
}
