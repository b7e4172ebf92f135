import { canonicalText, durationToMs, type JsonSchema, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { FormParams } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { checkForm } from '../form-rules/form-fields.ts'
import type { HeldAnswer, RouteAnswer } from '../http/route-handler.ts'
import { admitToken } from '../limits/admit-token.ts'
import { isRefusal } from '../log/is-refusal.ts'
import { reasonOf } from '../log/reason-of.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { acceptEvent, pausedTrigger, refOf, startByTrigger, type TriggerArrival } from '../triggers/accept-event.ts'
import { findAddressed, openTestOf, rejecting } from '../triggers/addressed-trigger.ts'
import { draftTrigger } from '../triggers/check-triggers.ts'
import { startTest } from '../versions/start-test.ts'
import { acceptAndHold, answerMessage } from '../webhooks/answer-message.ts'
import type { AddressTarget } from '../webhooks/webhook-addresses.ts'
import { formPage, type ShownForm, sentPage } from './form-page.ts'
import { type FormPage, pageResponse } from './page-frame.ts'
import { keyOfForm, readForm, type SentForm } from './read-form.ts'

/** Errors after which the page cannot be sent again. */
const HAS_NO_FORM: ReadonlySet<string> = new Set(['TRIGGER_PAUSED', 'TRIGGER_NOT_FOUND'])

/** A form whose address is open, with the way to start its runs. */
interface OpenForm {
  readonly target: AddressTarget
  readonly shown: ShownForm
  readonly row: TriggerRow
  readonly arrivalOf: (sendId: string, input: SentForm['input']) => TriggerArrival
}

/** The body of a form. */
export interface FormBody {
  readonly headers: Headers
  readonly bytes: Uint8Array
  readonly abortSignal: AbortSignal
}

/**
 * Checks whether an address is one of this server, before the body is read.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `RATE_LIMITED`.
 */
export async function admitForm({ formAddresses, limits }: ServerContext, token: string): Promise<TenantId> {
  const partOf = ({ tenantId, workflowId, nodeId }: AddressTarget) => `${tenantId}/${workflowId}/${nodeId}`
  const target = await admitToken(limits.rates, '~forms', token, formAddresses.read, partOf)
  if (target === null) throw notFound()
  return target.tenantId
}

/**
 * Returns the page of a form.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `TRIGGER_PAUSED`, `WORKFLOW_INVALID` for a draft that is unfinished.
 */
export async function showForm(server: ServerContext, token: string): Promise<Response> {
  const { shown, row, target } = await findForm(server, token)
  if (target.mode === 'live' && row.paused_at !== null) throw pausedTrigger()
  const page = formPage(shown)
  // A browser that may keep the page shows this one again after a step back, with its id, so that answers that are sent
  // again start no other run.
  return respond(server, { ...page, headers: { ...page.headers, 'cache-control': 'private, no-cache' } })
}

/**
 * Starts the run of a form that was sent, or shows the form again with its faults and what was entered. The same page with
 * the same answers again starts no other run, and gets the same answer.
 *
 * @throws {@link TenonError} as {@link showForm} and {@link readForm}.
 */
export async function sendForm(
  server: ServerContext,
  token: string,
  body: FormBody,
): Promise<RouteAnswer | HeldAnswer> {
  const form = await findForm(server, token)
  const { shown, row, target } = form
  if (target.mode === 'live' && row.paused_at !== null) {
    return rejecting(server, target, async () => {
      throw pausedTrigger()
    })
  }
  const { fields, params } = shown
  const sent = readForm(fields, params.inputSchema as JsonSchema, body)
  const again = (general: readonly string[], status?: number) =>
    respond(server, formPage(shown, { ...sent, general: [...general, ...sent.general] }, status))
  if (sent.sendId === null) return again(['Some of the page was missing. Send it once more.'])
  if (sent.faults.size > 0 || sent.general.length > 0) return again([])
  const settings =
    params.answer === 'run' ? { withinMs: durationToMs(params.answerWithin), lateAnswer: 'accepted' as const } : null
  const arrival = form.arrivalOf(sent.sendId, sent.input)
  let accepted: Awaited<ReturnType<typeof acceptAndHold>>
  try {
    accepted = await acceptAndHold(
      server,
      target.tenantId,
      { settings, input: sent.input, contentOf: canonicalText },
      () => acceptEvent(server, refOf(row), arrival),
    )
  } catch (error) {
    if (error instanceof TenonError && HAS_NO_FORM.has(error.code)) throw error
    // Its run may have started: only the same page, sent again, starts no other.
    if (!isRefusal(error)) server.log('error', 'form.not_accepted: it is shown again', { reason: reasonOf(error) })
    return again([reasonFor(error)], statusOf(error))
  }
  if ('held' in accepted) {
    const { held } = accepted
    return () => answerByRun(server, shown, () => answerMessage(server, accepted.accepted, held, body.abortSignal))
  }
  if (params.answer === 'redirect') return redirectTo(params)
  return respond(server, sentPage(shown))
}

/** Shows the answer of the first respond node, otherwise the text of the author. */
async function answerByRun(
  server: ServerContext,
  shown: ShownForm,
  answer: () => Promise<RouteAnswer>,
): Promise<Response> {
  const answered = await answer()
  return answered instanceof Response ? answered : respond(server, sentPage(shown))
}

function redirectTo({ redirectUrl }: FormParams): Response {
  return new Response(null, { status: 303, headers: { location: new URL(redirectUrl).href } })
}

/** Returns the status of a form that is shown again. */
function statusOf(error: unknown): number {
  if (!isRefusal(error)) return error instanceof TenonError && error.code === 'UNAVAILABLE' ? 503 : 500
  return error.code === 'RATE_LIMITED' ? 429 : 422
}

/** The person who has sent it is a stranger: the reason itself is listed among the events of the trigger. */
function reasonFor(error: unknown): string {
  if (!(error instanceof TenonError)) return 'Something went wrong. Send it again in a little while.'
  const { code, retryable } = error
  if (code === 'RUN_INPUT_INVALID') return 'The form has changed meanwhile. Open its address again.'
  return retryable || code === 'RUN_QUEUE_FULL'
    ? 'Too much is going on at this moment. Wait a little, and send it again.'
    : 'Your answers could not be accepted. Try it again later.'
}

async function findForm(server: ServerContext, token: string): Promise<OpenForm> {
  const target = await server.formAddresses.read(token)
  const row = target === null ? null : await findAddressed(server, target)
  if (target === null || row === null) throw notFound()
  return target.mode === 'live' ? liveForm(server, target, row) : testForm(server, target, row)
}

function liveForm(server: ServerContext, target: AddressTarget, row: TriggerRow): OpenForm {
  if (row.version === null || row.kind !== 'form') throw notFound()
  return {
    ...{ target, row },
    shown: shownForm(row.params, false),
    arrivalOf: (sendId, input) => ({
      ...{ mode: 'live', key: keyOfForm(sendId, input) },
      start: (runId) => startByTrigger(server, row, input, runId),
    }),
  }
}

/** The form of the draft. Its runs act for no person, as those of the published form do. */
async function testForm(server: ServerContext, target: AddressTarget, row: TriggerRow): Promise<OpenForm> {
  const open = openTestOf(row, server.now())
  if (open === null) throw notFound()
  const { document } = await readSealedDraft(server, target, open.identity)
  const trigger = draftTrigger(server.registry.manifest, document, target.nodeId)
  if (trigger === null || trigger.kind !== 'form') throw notFound()
  return {
    ...{ target, row },
    shown: shownForm(trigger.params, true),
    arrivalOf: (sendId, input) => ({
      mode: 'test',
      // Each test begins anew.
      key: `${target.generation} ${keyOfForm(sendId, input)}`,
      start: (runId) => startTest(server, { target, ...open }, input, runId),
    }),
  }
}

/** @throws {@link TenonError} `WORKFLOW_INVALID` for a draft with fields that a form cannot show. */
function shownForm(text: string, isTest: boolean): ShownForm {
  const params = JSON.parse(text) as FormParams
  const { fields, faults } = checkForm(params)
  const [first] = faults
  if (first !== undefined) throw new TenonError('WORKFLOW_INVALID', `The form cannot be shown: ${first.message}`)
  return { params, fields, isTest }
}

function respond({ forms, pageOrigins }: ServerContext, page: FormPage): Promise<Response> {
  return pageResponse(page, forms, pageOrigins[0] ?? '')
}

function notFound(): TenonError {
  return new TenonError('TRIGGER_NOT_FOUND', 'No form has this address')
}
