import {
  connectionParamOf,
  isSecretMarker,
  type Json,
  type JsonObject,
  nodeTypeKey,
  secretParamsOf,
  sha256Hex,
} from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createRedactor, maskText, type Redactor } from '@tenon/core/mask'
import { checkParams, fillParamDefaults, type HttpClient, type PolledItem, type PollResult } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { withCredentials } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { sourceHashOf } from '../schedule-rules/put-schedules.ts'
import { fieldOf } from '../secrets/secret-fields.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { checkPollResult, invalidResult } from './check-poll-result.ts'

/** Parts of the server that polls use. */
export type PollDeps = Pick<ServerContext, 'registry' | 'vault' | 'secrets' | 'egress' | 'closing'>

/** A trigger that asks a service, as the plan of a version or a draft has it. */
export interface PollNode {
  readonly type: string
  readonly typeVersion: number
  readonly params: JsonObject
}

/** Items and cursor of a poll; neither has a secret. */
export interface FoundItems {
  readonly items: readonly PolledItem[]
  readonly cursor: Json
  /** True if the service has more. */
  readonly hasMore: boolean
}

/** Time of a poll, which is shorter than a claim of the clock. */
const TIMEOUT_MS = 30_000
/** Largest response, of the limits of which the smaller one counts. */
const MAX_RESPONSE_BYTES = 4_194_304
const MAX_MESSAGE = 300

/** A poll waits for a person who connects its account again. */
export class ReconnectWanted extends Error {
  override readonly name = 'ReconnectWanted'
}

/**
 * Asks the service of a poll for items, by the rights of the runs of its trigger: it acts for no person.
 *
 * @throws {@link ReconnectWanted}; {@link TenonError} `CONNECTION_RATE_LIMITED`, `POLL_FAILED` with what the service or the code of the poll says, `POLL_RESULT_INVALID`,
 * `CONNECTION_NOT_FOUND`, `CONNECTION_REFUSED`, `SECRET_NOT_FOUND`, `NODE_TYPE_UNKNOWN`, `NODE_PARAMS_INVALID`. Any other error is one of
 * this server.
 */
export async function askService(
  deps: PollDeps,
  ref: TriggerRef,
  node: PollNode,
  cursor: Json,
  abortSignal: AbortSignal = deps.closing,
): Promise<FoundItems> {
  const time = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), abortSignal])
  const { params, poll, opened, secrets } = await ended(open(deps, ref, node), time).catch((error: unknown) => {
    // The keys of this server or of an account do not come: it says nothing about the service.
    throw time.aborted ? new TenonError('UNAVAILABLE', 'The connection of the poll could not be read in time') : error
  })
  const redactor = createRedactor(secrets)
  let result: PollResult
  try {
    const http = boundHttp(opened === null ? deps.egress : withCredentials(deps.egress, opened), time)
    const connection = opened?.connection ?? null
    const { tenantId } = ref
    result = await ended(poll({ tenantId, params: params as never, cursor, http, connection, abortSignal: time }), time)
  } catch (error) {
    const isPaced = error instanceof TenonError && error.code === 'CONNECTION_RATE_LIMITED'
    if (abortSignal.aborted || isPaced) throw error
    throw new TenonError(
      'POLL_FAILED',
      messageOf(error, time, (text) => redactor.text(maskText(text))),
      { cause: error },
    )
  }
  return withoutSecrets(redactor, checkPollResult(result))
}

/** @throws {@link TenonError} `POLL_RESULT_INVALID` if the cursor has a secret: it is stored, and of no use without it. */
function withoutSecrets(redactor: Redactor, { items, cursor, hasMore }: FoundItems): FoundItems {
  if (redactor.isEmpty) return { items, cursor, hasMore }
  if (redactor.json(cursor) !== cursor) throw invalidResult('the cursor contains a secret of its connection')
  return {
    items: items.map(({ id, data }) => {
      const shown = redactor.text(id)
      // Two ids that differ only in what is hidden stay two.
      return { id: shown === id ? id : `${shown} ${sha256Hex(id).slice(0, 24)}`, data: redactor.json(data) }
    }),
    cursor,
    hasMore,
  }
}

/**
 * Returns a hash of what a trigger polls, by which its memory is found again.
 *
 * @param node - `null` if the version has no such node, which fails.
 */
export function sourceOf(
  { registry }: Pick<PollDeps, 'registry'>,
  trigger: Pick<TriggerRow, 'node_type' | 'params'>,
  node: Pick<PollNode, 'type' | 'typeVersion'> | null,
): string {
  const entry = node === null ? undefined : entryOf(registry, node.type, node.typeVersion)
  return sourceHashOf(trigger, entry === undefined ? null : connectionParamOf(entry.params))
}

function entryOf({ manifest }: PollDeps['registry'], type: string, version: number) {
  const key = nodeTypeKey(type, version)
  return manifest.nodes.find((each) => nodeTypeKey(each.type, each.version) === key)
}

/** Decrypts what a poll needs. */
async function open({ registry, vault, secrets }: PollDeps, ref: TriggerRef, { type, typeVersion, params }: PollNode) {
  const implementation = registry.get(type, typeVersion)
  const entry = entryOf(registry, type, typeVersion)
  if (implementation?.poll === undefined || entry === undefined) {
    throw new TenonError('NODE_TYPE_UNKNOWN', `This server has no trigger "${type}" version ${typeVersion} that polls`)
  }
  const filled = fillParamDefaults(entry.params, params)
  const revealed: Record<string, string> = {}
  for (const name of secretParamsOf(entry.params)) {
    const value = filled[name]
    if (isSecretMarker(value)) {
      revealed[name] = await secrets.reveal(ref.tenantId, value.$secret, fieldOf(type, name))
    }
  }
  const checked = checkParams(implementation.definition, { ...filled, ...revealed })
  const param = connectionParamOf(entry.params)
  const connectionId = param === null ? undefined : filled[param]
  const opened =
    typeof connectionId === 'string' && connectionId !== '' ? await vault.openForTrigger(ref, connectionId) : null
  if (opened !== null && 'reconnect' in opened) throw new ReconnectWanted('The account must be connected again')
  return {
    ...{ params: checked, poll: implementation.poll, opened },
    secrets: [...Object.values(revealed), ...(opened?.secrets ?? [])],
  }
}

/** Returns a client within the limits of a poll. */
function boundHttp(http: HttpClient, abortSignal: AbortSignal): HttpClient {
  const within = (own: AbortSignal | null | undefined) =>
    own == null ? abortSignal : AbortSignal.any([own, abortSignal])
  return {
    request: (url, init = {}) => {
      const maxResponseBytes = Math.min(init.maxResponseBytes ?? MAX_RESPONSE_BYTES, MAX_RESPONSE_BYTES)
      return http.request(url, { ...init, maxResponseBytes, abortSignal: within(init.abortSignal) })
    },
    fetch: (input, init) => http.fetch(input, { ...init, signal: within(init?.signal) }),
  }
}

/** Ends with the signal, also if the code of a poll ignores it. */
async function ended<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = (): void => undefined
  const isOver = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    // A signal that has fired does not fire again.
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([work, isOver])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function messageOf(error: unknown, time: AbortSignal, mask: (text: string) => string): string {
  if (time.aborted) return `The service did not answer within ${TIMEOUT_MS / 1_000} s`
  return cutText(mask(error instanceof Error ? error.message : 'The poll failed'), MAX_MESSAGE)
}
