import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ConnectionSharing, CreateConnection, Identity, UpdateConnection } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { type Connector, connectorFields } from '@tenon/core/node'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import type { SealedConnection } from '../secrets/bound-to.ts'
import type { Seal } from '../secrets/secret-store.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import {
  deleteConnectionRow,
  deleteConnectionSecrets,
  findConnection,
  insertConnection,
  insertConnectionSecrets,
  updateConnectionRow,
} from '../tables/connection-repository.ts'
import { releaseRequests } from '../tables/request-pace-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { workflowNames } from '../tables/workflow-repository.ts'
import { changeConnection } from './change-connection.ts'
import { checkFields, isIssued } from './connection-fields.ts'
import { hostsOf, markersOf, requireOwner, valuesOf } from './present-connection.ts'
import { referenceField, referredField } from './reference-fields.ts'
import { sealFields } from './seal-fields.ts'

/**
 * Stores a new connection.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for faulty fields, `REFERENCE_NOT_FOUND` for an unknown connector or workflow,
 * `QUOTA_EXCEEDED`, `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
 */
export async function createConnection(
  server: ServerContext,
  identity: Identity,
  body: CreateConnection,
): Promise<ConnectionRow> {
  const { tenantId } = identity
  const connector = connectorOf(server, body.connector)
  const { values = {}, secrets = {}, allowedHosts = [], sharing = { kind: 'tenant' } } = body
  checkReferences(server, identity, connector, body)
  const kept = Object.keys(body.references ?? {})
  checkFields(connector, { values, secrets, kept, allowedHosts: allowedHosts.length })
  const connectionId = `con_${randomBytes(16).toString('base64url')}`
  const toSeal = textsToSeal(body)
  const seal = await openSealFor(server, tenantId, toSeal)
  const at = server.now()
  const bound = {
    ...{ tenant_id: tenantId, connection_id: connectionId, connector: connector.id },
    ...{ field_values: JSON.stringify(values), allowed_hosts: JSON.stringify(allowedHosts) },
  }
  const sealed = sealAll(seal, bound, toSeal, identity, at)
  const row: ConnectionRow = {
    ...{ ...bound, name: body.name, markers: JSON.stringify(sealed.markers), ...sharingColumns(sharing) },
    ...{ owner_id: identity.userId, owner_name: identity.displayName, ...firstStatusOf(connector) },
    ...{
      generation: 0,
      created_at: at,
      updated_at: at,
      expires_at: null,
      refresh_at: null,
      lease_id: null,
      lease_until: null,
    },
  }
  await server.database.withTenant(tenantId, async (tx) => {
    await checkWorkflows(tx, tenantId, sharing)
    await insertConnection(tx, row, sealed.rows)
    const details = { connector: connector.id, name: body.name, ...referencesNote(body) }
    await insertAudit(tx, { identity, action: 'connection.create', resource: connectionId, at, details })
  })
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
  return row
}

/**
 * Changes a connection. New secrets, which other values require as well, connect it again: the change and the event that ends the waits of node runs are
 * one transaction, so that none waits for a connection that works.
 *
 * @throws {@link TenonError} `CONNECTION_SECRETS_REQUIRED` for other hosts or values without all secrets, `FORBIDDEN`,
 * `CONNECTION_NOT_FOUND`, and as {@link createConnection}.
 */
export async function updateConnection(
  server: ServerContext,
  identity: Identity,
  connectionId: string,
  body: UpdateConnection,
): Promise<ConnectionRow> {
  const { tenantId } = identity
  const before = await server.database.withTenant(tenantId, (tx) => findConnection(tx, tenantId, connectionId))
  if (before === null) throw notFound()
  const connector = connectorOf(server, before.connector)
  checkReferences(server, identity, connector, body)
  const seal = await openSealFor(server, tenantId, textsToSeal(body))
  const row = await changeConnection(
    server,
    { tenantId, connectionId },
    {
      endsWaits: () => seal !== null,
      apply: (tx, now, isEnd) =>
        applyUpdate(tx, { identity, row: now, connector, body, seal, isEnd, at: server.now() }),
    },
  )
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
  return row
}

/** A connection by OAuth works once its owner has allowed access on the page of the service. */
function firstStatusOf({ auth }: Connector): Pick<ConnectionRow, 'status' | 'status_reason'> {
  return auth.kind === 'oauth2'
    ? { status: 'needs_reauth', status_reason: 'Access was not allowed yet' }
    : { status: 'connected', status_reason: null }
}

type Texts = Readonly<Record<string, string>>

interface Update {
  readonly identity: Identity
  readonly row: ConnectionRow
  readonly connector: Connector
  readonly body: UpdateConnection
  /** Null without new secrets. */
  readonly seal: Seal | null
  readonly isEnd: boolean
  readonly at: number
}

async function applyUpdate(tx: ServerTx, update: Update): Promise<ConnectionRow> {
  const { identity, row, connector, body, seal, isEnd, at } = update
  requireOwner(identity, row)
  const { tenant_id: tenantId, connection_id: connectionId } = row
  // People cannot change what the service has issued.
  const issued = Object.entries(valuesOf(row)).filter(([name]) => isIssued(connector, name))
  const values = body.values === undefined ? valuesOf(row) : { ...body.values, ...Object.fromEntries(issued) }
  const hosts = body.allowedHosts ?? hostsOf(row)
  const { sharing } = body
  checkSecretsGiven(connector, row, { values, hosts, secrets: body.secrets ?? {}, references: body.references ?? {} })
  if (sharing !== undefined) {
    if (row.sharing_kind === 'user' && row.owner_id !== identity.userId) {
      throw new TenonError('FORBIDDEN', 'Only its owner may share this connection')
    }
    await checkWorkflows(tx, tenantId, sharing)
  }
  const bound = { field_values: JSON.stringify(values), allowed_hosts: JSON.stringify(hosts) }
  const sealed = sealAll(seal, { ...row, ...bound }, textsToSeal(body), identity, at)
  // A reference replaces a secret, and the other way around.
  const fields = [...Object.keys(body.secrets ?? {}), ...Object.keys(body.references ?? {})]
  const replaced = fields.flatMap((field) => [field, referenceField(field)])
  const unchanged = Object.entries(markersOf(row)).filter(([field]) => !replaced.includes(field))
  const markers = { ...Object.fromEntries(unchanged), ...sealed.markers }
  const set = {
    ...{ ...bound, name: body.name ?? row.name, markers: JSON.stringify(markers), updated_at: at },
    ...(sharing === undefined ? {} : sharingColumns(sharing)),
    ...(isEnd ? { status: 'connected' as const, status_reason: null, generation: row.generation + 1 } : {}),
  }
  if (sealed.rows.length > 0) {
    await deleteConnectionSecrets(tx, tenantId, connectionId, replaced)
    await insertConnectionSecrets(tx, sealed.rows)
    await releaseRequests(tx, tenantId, connectionId)
  }
  await updateConnectionRow(tx, tenantId, connectionId, set)
  const action = isEnd ? 'connection.reconnect' : 'connection.update'
  const details = { fields: Object.keys(body).join(', '), ...referencesNote(body) }
  await insertAudit(tx, { identity, action, resource: connectionId, at, details })
  return { ...row, ...set }
}

/** Refuses to bind secrets that the caller has not entered to other hosts or values. */
function checkSecretsGiven(
  connector: Connector,
  row: ConnectionRow,
  {
    values,
    hosts,
    secrets,
    references,
  }: { values: Texts; hosts: readonly string[]; secrets: Texts; references: Texts },
): void {
  const isMoved = !isDeepStrictEqual(values, valuesOf(row)) || !isDeepStrictEqual(hosts, hostsOf(row))
  const stored = Object.keys(markersOf(row)).map((field) => referredField(field) ?? field)
  const missing = stored.filter((field) => !Object.hasOwn(secrets, field) && !Object.hasOwn(references, field))
  if (isMoved && missing.length > 0) {
    throw new TenonError('CONNECTION_SECRETS_REQUIRED', `Enter again: ${missing.join(', ')}`)
  }
  const kept = [...stored, ...Object.keys(references)]
  checkFields(connector, { values, secrets, kept, allowedHosts: hosts.length })
}

type Given = Pick<UpdateConnection, 'secrets' | 'references'>

/**
 * Refuses references that no manager can read, or that are no proof that the person may use the secret.
 *
 * @throws {@link TenonError} `FORBIDDEN` for people who are no admins, `REQUEST_INVALID`.
 */
function checkReferences(server: ServerContext, identity: Identity, connector: Connector, given: Given): void {
  const { secrets = {}, references } = given
  if (references === undefined) return
  if (identity.role !== 'admin') {
    throw new TenonError('FORBIDDEN', 'Only admins refer to secrets of the secret manager', {
      remedy: 'Enter the secret, or ask an admin.',
    })
  }
  const known = connectorFields(connector).flatMap(({ name, isSecret }) => (isSecret ? [name] : []))
  const whyOf = (field: string): string | null => {
    if (server.secretManagerTitle === null) return 'This server has no secret manager'
    if (!known.includes(field)) return `${connector.title} has no such field`
    return Object.hasOwn(secrets, field) ? 'Give the secret or a reference to it, not both' : null
  }
  const issues = Object.keys(references).flatMap((field): readonly ProblemIssue[] => {
    const message = whyOf(field)
    return message === null ? [] : [{ path: ['references', field], code: 'invalid_value', message }]
  })
  if (issues.length > 0) throw new TenonError('REQUEST_INVALID', issues[0]?.message ?? '', { details: { issues } })
}

/** Returns what is encrypted: secrets, and references under names of their own. */
function textsToSeal({ secrets = {}, references = {} }: Given): Texts {
  const referred = Object.entries(references).map(([field, reference]) => [referenceField(field), reference])
  return { ...secrets, ...Object.fromEntries(referred) }
}

/** Returns the references for the audit log: who may read it sees which secrets a connection uses. */
function referencesNote({ references }: Given): Readonly<Record<string, string>> {
  return references === undefined ? {} : { references: JSON.stringify(references) }
}

/**
 * Deletes a connection with its secrets. Node runs that wait for it continue, and fail since there is no such connection.
 *
 * @throws {@link TenonError} `FORBIDDEN`, `CONNECTION_NOT_FOUND`.
 */
export async function deleteConnection(server: ServerContext, identity: Identity, connectionId: string): Promise<void> {
  const { tenantId } = identity
  const apply = async (tx: ServerTx, row: ConnectionRow): Promise<void> => {
    requireOwner(identity, row)
    await deleteConnectionRow(tx, tenantId, connectionId)
    const details = { connector: row.connector, name: row.name }
    const at = server.now()
    await insertAudit(tx, { identity, action: 'connection.delete', resource: connectionId, at, details })
  }
  await changeConnection(server, { tenantId, connectionId }, { endsWaits: () => true, apply })
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
}

/** Opens the encryption of secrets; outside of transactions, since the key provider may be across the network. */
async function openSealFor(server: ServerContext, tenantId: TenantId, secrets: Texts): Promise<Seal | null> {
  return Object.keys(secrets).length === 0 ? null : server.secrets.openSeal(tenantId)
}

function sealAll(seal: Seal | null, row: SealedConnection, secrets: Texts, { displayName }: Identity, at: number) {
  return seal === null ? { rows: [], markers: {} } : sealFields(seal, row, secrets, { setBy: displayName, at })
}

export function sharingColumns(sharing: ConnectionSharing): Pick<ConnectionRow, 'sharing_kind' | 'workflow_ids'> {
  const ids = sharing.kind === 'workflows' ? sharing.workflowIds : []
  return { sharing_kind: sharing.kind, workflow_ids: JSON.stringify(ids) }
}

export async function checkWorkflows(tx: ServerTx, tenantId: TenantId, sharing: ConnectionSharing): Promise<void> {
  if (sharing.kind !== 'workflows') return
  const names = await workflowNames(tx, tenantId, sharing.workflowIds)
  const issues: readonly ProblemIssue[] = sharing.workflowIds.flatMap((id, index) =>
    names.has(id)
      ? []
      : [{ path: ['sharing', 'workflowIds', index], code: 'not_found', message: 'No workflow has this id' }],
  )
  if (issues.length > 0)
    throw new TenonError('REFERENCE_NOT_FOUND', 'A workflow does not exist', { details: { issues } })
}

export function connectorOf(server: ServerContext, id: string): Connector {
  const connector = server.vault.connector(id)
  if (connector !== null) return connector
  const issues: readonly ProblemIssue[] = [
    { path: ['connector'], code: 'not_found', message: 'No connector has this id' },
  ]
  throw new TenonError('REFERENCE_NOT_FOUND', 'The server has no such connector', { details: { issues } })
}

function notFound(): TenonError {
  return new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id')
}
