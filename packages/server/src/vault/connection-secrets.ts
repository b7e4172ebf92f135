import type { UserId, WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connector, connectorFields } from '@tenon/core/node'
import { inTime } from '../in-time.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { ConnectionRow, SecretRow } from '../tables/secret-tables.ts'
import { secretFault } from './connection-fields.ts'
import type { ResolveConnection, SecretManager } from './kept-elsewhere.ts'
import { hostsOf, isProvided, keyOf, valuesOf } from './present-connection.ts'
import { referredField } from './reference-fields.ts'
import type { SecretCache } from './secret-cache.ts'

/** A person or a workflow that needs the secrets of a connection. */
export interface SecretUser {
  readonly principal: { readonly userId: UserId } | null
  readonly workflowId: WorkflowId | null
  /** True to ask again for secrets that are in memory. */
  readonly isFresh: boolean
}

export interface ConnectionSecretsDeps {
  readonly secrets: Pick<SecretStore, 'revealRows'>
  readonly cache: SecretCache
  readonly manager?: SecretManager | undefined
  readonly resolve?: ResolveConnection | undefined
  /** Longest wait for the host, in milliseconds. @defaultValue 10_000 */
  readonly timeoutMs?: number
}

/** Secrets of a connection by field, wherever they are kept; or why a person must connect the account again. */
export type ConnectionTexts = { readonly texts: Readonly<Record<string, string>> } | { readonly reconnect: string }

/** Reads the secrets of a connection: those that are stored, and those of the host. */
export type ReadConnectionSecrets = (
  connector: Connector,
  stored: { readonly row: ConnectionRow; readonly secrets: readonly SecretRow[] },
  user: SecretUser,
) => Promise<ConnectionTexts>

const TIMEOUT_MS = 10_000
const CACHE_MS = 60_000
/** Longest sentence of the host that is shown. */
const MAX_REASON = 300

/**
 * Creates the reader of secrets.
 *
 * It throws `UNAVAILABLE` with `details.waitsFor` while the host does not answer, so that no attempt is used;
 * `SECRET_NOT_FOUND` for a secret that does not exist or cannot be one; `CONNECTION_NOT_FOUND` for a connection that the host
 * does not know any more. No error has a text of the host, which may contain a secret.
 */
export function createConnectionSecrets(deps: ConnectionSecretsDeps): ReadConnectionSecrets {
  const { secrets: store, cache, manager, resolve, timeoutMs = TIMEOUT_MS } = deps

  async function ask<Value>(waitsFor: string, call: (abortSignal: AbortSignal) => Promise<Value>): Promise<Value> {
    const unavailable = () =>
      new TenonError('UNAVAILABLE', `The ${NAMES[waitsFor]} of the host did not answer`, { details: { waitsFor } })
    try {
      return await inTime(call(AbortSignal.timeout(timeoutMs)), timeoutMs, unavailable)
    } catch {
      throw unavailable()
    }
  }

  async function referred(
    connector: Connector,
    row: ConnectionRow,
    { field, reference, isFresh }: { readonly field: string; readonly reference: string; readonly isFresh: boolean },
  ): Promise<string> {
    if (manager === undefined) throw missing('secretManager')
    const request = {
      ...{ tenantId: row.tenant_id, reference, connector: connector.id },
      allowedHosts: connector.allowedHosts.length > 0 ? connector.allowedHosts : hostsOf(row),
    }
    const load = async () => {
      const value = await ask('secret_manager', (abortSignal) => manager.read({ ...request, abortSignal }))
      if (value === null) {
        throw new TenonError('SECRET_NOT_FOUND', `The secret manager has no secret for "${field}"`, {
          remedy: 'Check the reference of the connection.',
        })
      }
      checkSecret(connector, row, field, value)
      return { value, forMs: manager.cacheMs ?? CACHE_MS }
    }
    return cache.get(['reference', ...Object.values(request), field, row.field_values], load, { isFresh })
  }

  async function provided(connector: Connector, row: ConnectionRow, user: SecretUser): Promise<ConnectionTexts> {
    if (resolve === undefined) throw missing('resolveConnection')
    const { principal, workflowId, isFresh } = user
    const request = {
      ...{ tenantId: row.tenant_id, connectionId: row.connection_id, key: keyOf(row), connector: connector.id },
      ...{ values: valuesOf(row), principal, workflowId },
      allowedHosts: connector.allowedHosts.length > 0 ? connector.allowedHosts : hostsOf(row),
    }
    const load = async (): Promise<{ value: ConnectionTexts; forMs: number }> => {
      const answer: unknown = await ask('connection_resolver', (abortSignal) => resolve({ ...request, abortSignal }))
      if (answer === null) {
        throw new TenonError('CONNECTION_NOT_FOUND', 'The host does not provide this connection any more')
      }
      const { reconnect, secrets, expiresAt } = partsOf(answer)
      if (reconnect !== undefined) return { value: { reconnect: reconnect.slice(0, MAX_REASON) }, forMs: 0 }
      const texts: Record<string, string> = {}
      for (const field of secretsOf(connector)) {
        const value = secrets[field]
        if (value === undefined) continue
        checkSecret(connector, row, field, value)
        texts[field] = value
      }
      return { value: { texts }, forMs: Math.max(0, Math.min(CACHE_MS, expiresAt - Date.now())) }
    }
    // A connection that is provided again has other secrets.
    return cache.get(['host', ...Object.values(request), row.updated_at, row.generation], load, { isFresh })
  }

  return async (connector, { row, secrets }, user) => {
    if (isProvided(row)) return provided(connector, row, user)
    const texts: Record<string, string> = {}
    for (const [name, text] of Object.entries(await store.revealRows(row, secrets))) {
      const field = referredField(name)
      texts[field ?? name] =
        field === null ? text : await referred(connector, row, { field, reference: text, isFresh: user.isFresh })
    }
    return { texts }
  }
}

const NAMES: Readonly<Record<string, string>> = {
  secret_manager: 'secret manager',
  connection_resolver: 'resolver of connections',
}

function secretsOf(connector: Connector): readonly string[] {
  if (connector.auth.kind === 'oauth2') return ['accessToken']
  return connectorFields(connector).flatMap(({ name, isSecret }) => (isSecret ? [name] : []))
}

/** Parts of an answer of the host, whose values are not checked yet. */
interface ResolvedParts {
  readonly reconnect: string | undefined
  readonly secrets: Readonly<Record<string, unknown>>
  readonly expiresAt: number
}

/**
 * Reads an answer of the host, whose types nothing checks when it runs.
 *
 * @throws {@link TenonError} `SECRET_NOT_FOUND` for any other answer, such as the token itself; without the answer, which may
 * be a secret.
 */
function partsOf(answer: unknown): ResolvedParts {
  const { reconnect, secrets, expiresAt = Number.POSITIVE_INFINITY } = isRecord(answer) ? answer : {}
  if (typeof expiresAt === 'number' && !Number.isNaN(expiresAt)) {
    if (typeof reconnect === 'string') return { reconnect, secrets: {}, expiresAt }
    if (reconnect === undefined && isRecord(secrets)) return { reconnect, secrets, expiresAt }
  }
  throw new TenonError('SECRET_NOT_FOUND', 'The answer of resolveConnection is none that it may give', {
    remedy: 'Return { secrets } with texts and perhaps a number `expiresAt`, { reconnect } with a sentence, or null.',
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** @throws {@link TenonError} `SECRET_NOT_FOUND` for what cannot be the secret of this field. */
function checkSecret(connector: Connector, row: ConnectionRow, field: string, value: unknown): asserts value is string {
  const why = typeof value === 'string' ? secretFault(connector, valuesOf(row), value) : 'It must be a text'
  if (why === null) return
  throw new TenonError('SECRET_NOT_FOUND', `The secret of the host for "${field}" cannot be used. ${why}`, {
    remedy: 'Correct it where it is kept.',
  })
}

function missing(option: 'secretManager' | 'resolveConnection'): TenonError {
  return new TenonError(
    'CONNECTION_REFUSED',
    `This process has no ${option}, which has the secrets of the connection`,
    {
      remedy: `Give \`${option}\` to createWorkflowServer() and createWorker().`,
    },
  )
}
