import type { AcceptedWebhook } from '@tenon/core/api'
import { canonicalText, isJsonObject, type Json, type JsonObject, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import { awaitAnswer } from '../answers/await-answer.ts'
import { leaveAfterBody } from '../answers/leave-after-body.ts'
import { toAnswerResponse } from '../answers/to-answer-response.ts'
import type { ServerContext } from '../context.ts'
import type { RouteAnswer } from '../http/route-handler.ts'
import type { HeldSeat } from '../limits/held-requests.ts'
import { reasonOf } from '../log/reason-of.ts'

/** Settings of a trigger that answers with the run. */
export interface AnswerSettings {
  /** Longest wait in milliseconds. */
  readonly withinMs: number
  /** Without a key always `accepted`: the same message again would start another run. */
  readonly lateAnswer: 'accepted' | 'timeout'
}

/** A message that waits for its run. */
export interface HeldMessage extends AnswerSettings, Omit<AnswerRequest, 'settings'> {
  readonly tenantId: TenantId
  /** Time at which the wait ends, in milliseconds since the Unix epoch. */
  readonly until: number
  readonly seat: HeldSeat
}

/** Errors for the sender. Any other failure comes after the message was accepted, so it is no reason to repeat it. */
const OUTCOMES: ReadonlySet<string> = new Set(['RUN_NOT_COMPLETED', 'RUN_ANSWER_LATE', 'FILE_NOT_FOUND'])

/** Answer that a message asks for. */
export interface AnswerRequest {
  /** `null` for a trigger that answers at once. */
  readonly settings: AnswerSettings | null
  readonly input: JsonObject
  /** Returns what the input of a run must have in common with that of the message, as a text. */
  readonly contentOf: (input: Json) => string | null
}

/**
 * Counts a message that waits for its run before the run is started: one that may not wait starts nothing. Strangers who
 * know an address of a tenant do not use up the waits of its people.
 *
 * @throws {@link TenonError} `RATE_LIMITED`; the error of `accept`.
 */
export async function acceptAndHold(
  { limits, now }: Pick<ServerContext, 'limits' | 'now'>,
  tenantId: TenantId,
  { settings, input, contentOf }: AnswerRequest,
  accept: () => Promise<AcceptedWebhook>,
): Promise<AcceptedWebhook | { readonly accepted: AcceptedWebhook; readonly held: HeldMessage }> {
  if (settings === null) return accept()
  const seat = limits.held.enter(`${tenantId}/public`)
  try {
    const accepted = await accept()
    return { accepted, held: { tenantId, ...settings, input, contentOf, until: now() + settings.withinMs, seat } }
  } catch (error) {
    seat.leave()
    throw error
  }
}

/**
 * Answers a message with its run: with the first respond node, else with the output at its end. The same message again
 * gets the same answer, also from another process; a message with the same key but other content gets none, nor does one
 * whose run has another input, such as that of a later message.
 *
 * @throws {@link TenonError} `RUN_NOT_COMPLETED` for a run that has failed or was canceled; `RUN_ANSWER_LATE` if the trigger
 * says so; `FILE_NOT_FOUND`.
 */
export async function answerMessage(
  server: ServerContext,
  accepted: AcceptedWebhook,
  message: HeldMessage,
  abortSignal: AbortSignal,
): Promise<RouteAnswer> {
  const { seat } = message
  try {
    const answer = await answerOf(server, accepted, message, abortSignal)
    if (answer instanceof Response) return leaveAfterBody(answer, seat, abortSignal)
    seat.leave()
    return answer
  } catch (error) {
    seat.leave()
    if (error instanceof TenonError && OUTCOMES.has(error.code)) throw error
    const { runId } = accepted
    server.log('warn', 'webhook.answer_failed: its run continues', { runId, reason: reasonOf(error) })
    return lateAnswer(accepted, message)
  }
}

async function answerOf(
  server: ServerContext,
  accepted: AcceptedWebhook,
  message: HeldMessage,
  abortSignal: AbortSignal,
): Promise<RouteAnswer> {
  const { runId } = accepted
  const { tenantId, until } = message
  try {
    const awaited = await awaitAnswer(server, { tenantId, runId }, { until, abortSignal })
    if (awaited.kind !== 'answered' && awaited.kind !== 'ended') return lateAnswer(accepted, message)
    if (!(await isInputOf(server, accepted, message))) return withoutAnswer(accepted)
    if (awaited.kind === 'answered') return await toAnswerResponse(server, tenantId, awaited.answer)
    return { status: 200, json: await outputOf(server, tenantId, runId) }
  } catch (error) {
    // The value was deleted, as runs are after their time.
    if (error instanceof TenonError && error.code === 'PAYLOAD_NOT_FOUND') return withoutAnswer(accepted)
    throw error
  }
}

const RETRY_MS = 1_000

function lateAnswer(accepted: AcceptedWebhook, { lateAnswer: kind }: AnswerSettings): RouteAnswer {
  if (kind === 'accepted') return { status: 202, json: accepted }
  throw new TenonError('RUN_ANSWER_LATE', 'The run has not answered in time, and continues', {
    // Only a message with a key gets this answer: repeated, it waits for the same run.
    details: { runId: accepted.runId, retryAfterMs: RETRY_MS },
  })
}

/** Answers as a trigger that does not wait. */
function withoutAnswer(accepted: AcceptedWebhook): RouteAnswer {
  return { status: accepted.status === 'repeated' ? 200 : 202, json: accepted }
}

/** Says that a run has the content of a message as its input, but for what differs when a message is sent again. */
async function isInputOf(
  { reader }: ServerContext,
  { runId }: AcceptedWebhook,
  { tenantId, input, contentOf }: HeldMessage,
): Promise<boolean> {
  const [first] = await reader.readEvents(tenantId, runId, 0, 1)
  if (first?.type !== 'run_started') return false
  return contentOf(await reader.loadValue(tenantId, first.data.input)) === contentOf(input)
}

/** Returns the parts of the input of a webhook that stay the same when a message is sent again. */
export function messageContent(input: Json): string | null {
  if (!isJsonObject(input)) return null
  const { method = null, query = null, body = null } = input
  return canonicalText({ method, query, body })
}

/** The sender learns that a run has failed, but not why: that is for the people of the tenant. */
async function outputOf({ reader }: ServerContext, tenantId: TenantId, runId: string): Promise<unknown> {
  const run = await reader.getRun(tenantId, runId)
  if (run?.status !== 'completed') {
    throw new TenonError('RUN_NOT_COMPLETED', 'The run has ended without a result', { details: { runId } })
  }
  return run.output === null ? null : maskCredentials(await reader.loadValue(tenantId, run.output))
}
