import type { AcceptedWebhook, FilteredWebhook } from '@tenon/core/api'
import { durationToMs, isSecretMarker, type Json, type SecretMarker, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { WEBHOOK_METHODS, type WebhookSignature, type webhookParams } from '@tenon/core/node'
import type { z } from 'zod'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { holdInputFiles } from '../files/hold-input-files.ts'
import { admitToken } from '../limits/admit-token.ts'
import { fieldOf } from '../secrets/secret-fields.ts'
import { countFiltered } from '../tables/trigger-event-repository.ts'
import type { VersionTrigger } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { acceptEvent, pausedTrigger, refOf, startByTrigger } from '../triggers/accept-event.ts'
import { findAddressed, openTestOf, rejecting } from '../triggers/addressed-trigger.ts'
import { draftTrigger } from '../triggers/check-triggers.ts'
import { fitsFilter } from '../triggers/trigger-filter.ts'
import { startTest } from '../versions/start-test.ts'
import { type AnswerSettings, acceptAndHold, type HeldMessage, messageContent } from './answer-message.ts'
import { challengeOf, inputOf, keyByExpression, type Message, readMessageBody } from './read-message.ts'
import { verifyWebhook, type WebhookParams } from './verify-webhook.ts'
import type { AddressTarget } from './webhook-addresses.ts'

/** Schemes of services that try an address with a message of its own. */
const TRIES_ADDRESSES: ReadonlySet<WebhookSignature> = new Set(['slack', 'github'])

const partOf = ({ tenantId, workflowId, nodeId }: AddressTarget) => `${tenantId}/${workflowId}/${nodeId}`

/** The answer to a message: at once, or with its run. */
export type WebhookAnswer =
  | AcceptedWebhook
  | FilteredWebhook
  | { readonly challenge: string }
  | { readonly accepted: AcceptedWebhook; readonly held: HeldMessage }

/**
 * Checks whether an address is one of this server, before the body is read.
 *
 * @throws {@link TenonError} `WEBHOOK_NOT_FOUND`, `RATE_LIMITED`.
 */
export async function admitWebhook({ addresses, limits }: ServerContext, token: string): Promise<TenantId> {
  const target = await admitToken(limits.rates, '~hooks', token, addresses.read, partOf)
  if (target === null) throw notFound()
  return target.tenantId
}

/**
 * Verifies a message and starts its run.
 *
 * @throws {@link TenonError} `WEBHOOK_NOT_FOUND` for an address whose trigger starts no runs, `METHOD_NOT_ALLOWED`,
 * `TRIGGER_PAUSED`, those of {@link verifyWebhook}, {@link readMessageBody} and {@link acceptEvent}.
 */
export async function receiveWebhook(server: ServerContext, token: string, message: Message): Promise<WebhookAnswer> {
  const target = await server.addresses.read(token)
  if (target === null) throw notFound()
  const row = await findAddressed(server, target)
  if (row === null) throw notFound()
  return target.mode === 'test' ? receiveTest(server, target, row, message) : receiveLive(server, target, row, message)
}

async function receiveLive(
  server: ServerContext,
  target: AddressTarget,
  row: TriggerRow,
  message: Message,
): Promise<WebhookAnswer> {
  // Another kind of trigger may have the node id by now.
  if (row.version === null || row.kind !== 'webhook') throw notFound()
  const read = await rejecting(server, target, async () => {
    if (row.paused_at !== null) throw pausedTrigger()
    return readVerified(server, row.tenant_id, row, message)
  })
  if ('challenge' in read) return read
  const { key, input, settings, isFiltered } = read
  if (isFiltered) return countAsFiltered(server, target)
  return acceptAndHold(server, row.tenant_id, { settings, input, contentOf: messageContent }, () =>
    acceptEvent(server, refOf(row), {
      ...{ mode: 'live', key },
      start: async (runId) => {
        await holdInputFiles(server, row.tenant_id, input)
        return startByTrigger(server, row, input, runId)
      },
    }),
  )
}

/** Starts a test run of the draft. It acts for no person, as the runs of the published webhook do. */
async function receiveTest(
  server: ServerContext,
  target: AddressTarget,
  row: TriggerRow,
  message: Message,
): Promise<WebhookAnswer> {
  const { tenantId, nodeId, generation } = target
  const open = openTestOf(row, server.now())
  if (open === null) throw notFound()
  const { identity, until } = open
  const read = await rejecting(server, target, async () => {
    const { document } = await readSealedDraft(server, target, identity)
    const trigger = draftTrigger(server.registry.manifest, document, nodeId)
    if (trigger === null || trigger.kind !== 'webhook') throw notFound()
    return readVerified(server, tenantId, trigger, message)
  })
  if ('challenge' in read) return read
  const { key, input, settings, isFiltered } = read
  if (isFiltered) return countAsFiltered(server, target)
  return acceptAndHold(server, tenantId, { settings, input, contentOf: messageContent }, () =>
    acceptEvent(server, refOf(row), {
      mode: 'test',
      // Each test begins anew.
      key: key === null ? null : `${generation} ${key}`,
      start: (runId) => startTest(server, { target, identity, until }, input, runId),
    }),
  )
}

/** A message whose sender is known. */
interface VerifiedMessage {
  readonly key: string | null
  readonly input: ReturnType<typeof inputOf>
  /** `null` for a trigger that answers at once. */
  readonly settings: AnswerSettings | null
  /** True if the filter of the trigger rejects it: it starts no run. */
  readonly isFiltered: boolean
}

/** The sender gets 200, so that it does not send the message again. */
async function countAsFiltered(
  { database, now }: Pick<ServerContext, 'database' | 'now'>,
  target: AddressTarget,
): Promise<FilteredWebhook> {
  await database.withTenant(target.tenantId, (tx) => countFiltered(tx, target, { mode: target.mode, at: now() }))
  return { status: 'filtered' }
}

async function readVerified(
  server: ServerContext,
  tenantId: TenantId,
  { node_type: nodeType, params: text }: VersionTrigger,
  message: Message,
): Promise<VerifiedMessage | { readonly challenge: string }> {
  const { secret: marker, ...params } = JSON.parse(text) as Omit<z.output<typeof webhookParams>, 'secret'> & {
    readonly secret?: Json
  }
  checkMethod(params.method, message.method)
  const secret = isSecretMarker(marker) ? await revealSecret(server, tenantId, marker, nodeType) : null
  const { headers, bytes } = message
  let body: Json | undefined
  const readBody = (): Json => {
    body ??= readMessageBody(message)
    return body
  }
  const ownKey = await verifyWebhook(
    { headers, url: publicUrlOf(server, message), bytes, readBody },
    { params, secret, now: server.now() },
  )
  const challenge = TRIES_ADDRESSES.has(params.signature) ? challengeOf(params.signature, headers, readBody()) : null
  if (challenge !== null) return { challenge }
  const input = inputOf(message, readBody(), params.signature === 'hmac' ? params.header : null)
  const { dedupeKey = '', filter = '' } = params
  // It may be about messages that have no key.
  if (!fitsFilter(filter, input)) return { key: null, input, settings: null, isFiltered: true }
  const key = dedupeKey.trim() === '' ? ownKey : keyByExpression(dedupeKey, input)
  return { key, input, settings: answerSettingsOf(params, key), isFiltered: false }
}

/** Returns the address as the sender knows it, which a proxy before this server may have changed. */
function publicUrlOf({ apiUrl }: Pick<ServerContext, 'apiUrl'>, { url }: Message): string {
  const { pathname, search } = new URL(url)
  return `${new URL(apiUrl).origin}${pathname}${search}`
}

/** Versions from before webhooks could wait lack these params. */
function answerSettingsOf(
  { answer, answerWithin, lateAnswer = 'accepted' }: Partial<WebhookParams>,
  key: string | null,
): AnswerSettings | null {
  if (answer !== 'run') return null
  return { withinMs: durationToMs(answerWithin ?? '30s'), lateAnswer: key === null ? 'accepted' : lateAnswer }
}

/** @throws {@link TenonError} `UNAVAILABLE` for a lost secret: that is no fault of the sender, who sends the message again. */
async function revealSecret(
  { secrets, log }: Pick<ServerContext, 'secrets' | 'log'>,
  tenantId: TenantId,
  { $secret: secretId }: SecretMarker,
  nodeType: string,
): Promise<string> {
  try {
    return await secrets.reveal(tenantId, secretId, fieldOf(nodeType, 'secret'))
  } catch (cause) {
    if (!(cause instanceof TenonError) || cause.code !== 'SECRET_NOT_FOUND') throw cause
    log('error', 'webhook.secret_lost: its messages are refused', { tenantId, secretId })
    throw new TenonError('UNAVAILABLE', 'The secret of the webhook cannot be read', { cause })
  }
}

function checkMethod(expected: string, given: string): void {
  const isKnown = WEBHOOK_METHODS.some((method) => method === given)
  if (given === expected || (expected === 'any' && isKnown)) return
  throw new TenonError('METHOD_NOT_ALLOWED', `This webhook accepts ${expected === 'any' ? 'no HEAD' : expected}`, {
    details: { allow: expected === 'any' ? 'GET, POST, PUT, PATCH, DELETE' : expected },
  })
}

function notFound(): TenonError {
  return new TenonError('WEBHOOK_NOT_FOUND', 'No webhook has this address')
}
