import { isJsonObject, isSecretMarker, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  createRedactor,
  credentialsIn,
  MIN_SECRET_LENGTH,
  maskCredentials,
  maskText,
  type Redactor,
  type RedactorOptions,
} from '@tenon/core/mask'
import { checkParams } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'
import { isCallsSuspension } from '../commit/call-values.ts'
import { type CallbackRef, placeholdersIn, replaceTexts } from '../commit/callback-placeholder.ts'
import type { StartedNode } from '../commit/commit-types.ts'
import { type FindNodeType, type NodeType, plannedConnection } from '../commit/node-types.ts'
import type { FileMask } from '../files/node-files.ts'
import { createBytesRedactor } from '../hide-bytes.ts'
import { isOutage } from '../postgres/refusal.ts'
import type { OpenConnection, ReconnectNeeded, SecretReader } from '../secret-reader.ts'
import type { ObservationPump } from './observation-pump.ts'
import type { BodyEnd } from './run-body.ts'

/** Params of a body, with redactors for its secrets. */
export interface OpenedParams {
  /** Params parsed by zod, with the values of secret params. */
  readonly params: unknown
  /** Connection that a param names; `null` without one. */
  readonly connection: OpenConnection | null
  /** Replaces the values of secret params, for the output of the body. */
  readonly secrets: Redactor
  /** Also replaces credentials in other params, for errors, log lines and tool calls. */
  readonly credentials: Redactor
  /** Replaces the values of secret params in files that the body stores; `null` without any. */
  readonly fileMask: FileMask | null
}

type StartedParams = Pick<StartedNode, 'tenantId' | 'runId' | 'node' | 'params'>

/**
 * Decrypts the secret params and the connection of a node whose body is about to run, and puts callback URLs into the texts
 * that name them; at once for a node without any.
 *
 * @returns The params, or the wait for a person who connects the account again.
 * @throws {@link TenonError} `SECRET_NOT_FOUND`, `NODE_PARAMS_INVALID`, `KEY_PROVIDER_REQUIRED`, `CONNECTION_NOT_FOUND`,
 * `CONNECTION_REFUSED`; `UNAVAILABLE` for any error of the store of secrets, so that it is never taken for the node's own. Only an
 * outage has `details.waitsFor`.
 */
export function openParams(
  started: StartedParams,
  findType: FindNodeType,
  reader: SecretReader | undefined,
): OpenedParams | Promise<OpenedParams | ReconnectNeeded> {
  const type = findType(started.node)
  const { connectionParam } = type
  const connectionId = connectionParam === null ? '' : (objectOf(started.params)[connectionParam] ?? '')
  if (connectionId !== '' && connectionId !== plannedConnection(started.node, type)) {
    // Params of a person, or of the node that calls this one: neither may choose an account of the tenant.
    throw new TenonError('CONNECTION_REFUSED', 'The document names another connection, or none, for this node')
  }
  return connectionId !== ''
    ? openWithConnection(started, connectionId, findType, reader)
    : openOwnParams(started, findType, reader)
}

/** Opens the connection of a node, and then its params: a wait for the connection decrypts nothing else. */
async function openWithConnection(
  started: StartedParams,
  connectionId: string,
  findType: FindNodeType,
  reader: SecretReader | undefined,
): Promise<OpenedParams | ReconnectNeeded> {
  const { tenantId, runId } = started
  if (reader?.openConnection === undefined) {
    throw new TenonError('CONNECTION_NOT_FOUND', 'This process cannot open connections')
  }
  let opened: OpenConnection | ReconnectNeeded
  try {
    opened = await reader.openConnection({ tenantId, runId }, connectionId)
  } catch (cause) {
    throw unreadable(cause, 'The connection is temporarily unavailable')
  }
  if ('reconnect' in opened) return opened
  const params = await openOwnParams(started, findType, reader)
  return new RedactedParams(params.params, [...params.parts, ...opened.secrets], params.given, opened)
}

function openOwnParams(
  started: StartedParams,
  findType: FindNodeType,
  reader: SecretReader | undefined,
): RedactedParams | Promise<RedactedParams> {
  const type = findType(started.node)
  const placeholders = placeholdersIn(started.params)
  const hasSecrets = type.secretParams.length > 0
  if (placeholders.size === 0) {
    return hasSecrets ? decryptParams(started, type, reader) : new RedactedParams(started.params, [])
  }
  const opening = hasSecrets ? decryptParams(started, type, reader) : new RedactedParams(started.params, [])
  return openCallbacks(started.tenantId, opening, placeholders, reader)
}

/** Replaces the placeholders of callback URLs, which count as secrets from then on. */
async function openCallbacks(
  tenantId: string,
  opening: RedactedParams | Promise<RedactedParams>,
  placeholders: ReadonlyMap<string, CallbackRef>,
  reader: SecretReader | undefined,
): Promise<RedactedParams> {
  const { params, parts } = await opening
  const urls = new Map<string, string>()
  for (const [placeholder, callback] of placeholders) {
    const url = await callbackUrl(reader, tenantId, callback)
    if (url !== null) urls.set(placeholder, url)
  }
  // A service may send back the last part of the path alone.
  const secrets = [...urls.values()].flatMap((url) => [url, url.slice(url.lastIndexOf('/') + 1)])
  return new RedactedParams(replaceTexts(params, urls), [...parts, ...secrets], params)
}

async function callbackUrl(
  reader: SecretReader | undefined,
  tenantId: string,
  callback: CallbackRef,
): Promise<string | null> {
  if (reader === undefined) throw new TenonError('SECRET_NOT_FOUND', 'This process cannot make callback URLs')
  try {
    return await reader.callbackUrl(tenantId, callback)
  } catch (cause) {
    throw unreadable(cause, 'The callback URL is temporarily unavailable')
  }
}

async function decryptParams(
  { tenantId, node, params }: Pick<StartedNode, 'tenantId' | 'node' | 'params'>,
  { implementation, secretParams }: NodeType,
  reader: SecretReader | undefined,
): Promise<RedactedParams> {
  const given = objectOf(params)
  const values: Record<string, string> = {}
  for (const name of secretParams) {
    const value = given[name]
    // A version from before secrets were stored separately contains the value itself.
    if (typeof value === 'string') values[name] = value
    else if (isSecretMarker(value)) values[name] = await reveal(reader, tenantId, value.$secret, `${node.type}.${name}`)
  }
  const opened = checkParams(implementation.definition, { ...given, ...values })
  // The body gets the parsed form, for example without the spaces around it; a service may send back either one.
  const parsed = secretParams.map((name) => (opened as JsonObject)[name]).filter((value) => typeof value === 'string')
  return new RedactedParams(opened, [...Object.values(values), ...parsed], given)
}

function objectOf(params: unknown): JsonObject {
  return (isJsonObject(params as JsonObject) ? params : {}) as JsonObject
}

async function reveal(
  reader: SecretReader | undefined,
  tenantId: string,
  secretId: string,
  field: string,
): Promise<string> {
  if (reader === undefined) throw new TenonError('SECRET_NOT_FOUND', `This process cannot decrypt ${field}`)
  try {
    return await reader.reveal(tenantId, secretId, field)
  } catch (cause) {
    throw unreadable(cause, `The value of ${field} is temporarily unavailable`)
  }
}

/** An error of the database holds the attempt, since it ends; one of another kind is an ordinary failure. */
function unreadable(cause: unknown, message: string): TenonError {
  if (cause instanceof TenonError) return cause
  const details = isOutage(cause) ? { details: { waitsFor: 'database' } } : {}
  return new TenonError('UNAVAILABLE', message, { cause, ...details })
}

const NOTHING_SECRET: Redactor = createRedactor([])
/** Nodes cut the texts that they log, maybe within a secret. */
const EXCERPTS: RedactorOptions = { minCutLength: MIN_SECRET_LENGTH }

/** Params with redactors that are created on first use: most bodies write no line and throw no error. */
class RedactedParams implements OpenedParams {
  readonly params: unknown
  /** Texts that are secret. */
  readonly parts: readonly string[]
  /** Params from before their secrets were decrypted. */
  readonly given: unknown
  readonly connection: OpenConnection | null
  readonly secrets: Redactor
  #credentials: Redactor | undefined
  #fileMask: FileMask | undefined

  /** @param given - Params from before their secrets were decrypted. @defaultValue `params` */
  constructor(params: unknown, secrets: readonly string[], given = params, connection: OpenConnection | null = null) {
    this.params = params
    this.given = given
    this.connection = connection
    // Of "Bearer abc", a service may send back "abc" alone.
    this.parts = secrets.flatMap((secret) => [secret, ...credentialsIn({ authorization: secret })])
    this.secrets = this.parts.length === 0 ? NOTHING_SECRET : createRedactor(this.parts)
  }

  get credentials(): Redactor {
    this.#credentials ??= createRedactor([...this.parts, ...credentialsIn(objectOf(this.given))], EXCERPTS)
    return this.#credentials
  }

  get fileMask(): FileMask | null {
    if (this.secrets.isEmpty) return null
    this.#fileMask ??= { bytes: createBytesRedactor(this.parts), text: this.secrets.text }
    return this.#fileMask
  }
}

/** Wraps a pump so that its log lines and tool calls contain no credentials. */
export function redactPump(pump: ObservationPump, { credentials }: OpenedParams): ObservationPump {
  const hide = <Value extends Json>(value: Value): Value => maskCredentials(credentials.json(value))
  return {
    ...pump,
    log(level, message, data) {
      const text = maskText(credentials.text(message))
      if (data === undefined) pump.log(level, text)
      else pump.log(level, text, hideObserved(data, hide))
    },
    toolCall: (call) => pump.toolCall(hideObserved(call, hide)),
  }
}

/** Redacts the values of secret params in the outcome of a body, and every credential in its error. */
export function redactEnd(end: BodyEnd, opened: OpenedParams): BodyEnd {
  if (end.kind === 'thrown') return { kind: 'thrown', error: redactError(end.error, opened.credentials) }
  const { secrets } = opened
  if (end.kind !== 'result' || secrets.isEmpty) return end
  const { result } = end
  try {
    const hidden = hideMembers(result, (value) => secrets.json(value))
    if (hidden !== result && isCallsSuspension(result)) return { kind: 'thrown', error: secretInCalls() }
    return { kind: 'result', result: hidden }
  } catch (error) {
    return { kind: 'thrown', error }
  }
}

/** Redacts the result of a journaled call before it is stored; the body gets the same value, now and when it is repeated. */
export function redactJournaled(value: Json, { secrets }: Pick<OpenedParams, 'secrets'>): Json {
  return secrets.isEmpty ? value : hideJson(value, (json) => secrets.json(json))
}

/** Redacts the members of a result one by one, since each is stored alone: together they may be too large to encode. */
function hideMembers<Result extends object>(result: Result, hide: (value: Json) => Json): Result {
  const members = Object.entries(result)
  const hidden = members.map(([name, value]): [string, unknown] => [name, hideJson(value, hide)])
  return hidden.some(([, value], index) => value !== members[index]?.[1])
    ? (Object.fromEntries(hidden) as Result)
    : result
}

/** A call with a masked value is not the call that the node made, and a secret must not leave its node. */
function secretInCalls(): TenonError {
  return new TenonError('CALLS_INVALID', 'The calls contain a secret of the node', {
    retryable: false,
    remedy: 'Leave secrets out of params and state: the called node reads its own.',
  })
}

function redactError(error: unknown, credentials: Redactor): unknown {
  if (!(error instanceof TenonError)) return error
  const { code, message, retryable, remedy, details } = error
  return new TenonError(code, maskText(credentials.text(message)), {
    cause: error,
    retryable,
    remedy: maskText(credentials.text(remedy)),
    ...(details === undefined
      ? {}
      : { details: hideObserved(details, (value) => maskCredentials(credentials.json(value))) }),
  })
}

/**
 * Redacts a value. One that is no JSON is searched as it is, since a schema may leave out the parts that are none.
 *
 * @throws {@link TenonError} `VALUE_TOO_LARGE`.
 */
function hideJson<Value>(value: Value, hide: (value: Json) => Json): Value {
  const json = jsonOf(value)
  const hidden = hide(json)
  // Unchanged, so the original value is used.
  return hidden === json ? value : (hidden as Value)
}

function jsonOf(value: unknown): Json {
  try {
    return encodeValue(value).json
  } catch (error) {
    if (error instanceof TenonError && error.code === 'VALUE_NOT_JSON') return value as Json
    throw error
  }
}

/** Redacts what a body logs, which may be anything; a value that cannot be read is left out when it is stored. */
function hideObserved<Value>(value: Value, hide: (value: Json) => Json): Value {
  try {
    return hideJson(value, hide)
  } catch {
    return value
  }
}
