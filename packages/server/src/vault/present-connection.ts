import type { ConnectionInfo, ConnectionSharing, ConnectorInfo, Identity, SetSecretField } from '@tenon/core/api'
import type { SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connector, connectorFields, hasHttpCredentials } from '@tenon/core/node'
import { toInstant } from '../http/instant.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import { referredField } from './reference-fields.ts'

/** Returns a connector for the API: nothing of the OAuth client of the host, and no URL. */
export function presentConnector(connector: Connector): ConnectorInfo {
  const { id, title, auth, allowedHosts, test } = connector
  const canTest = test !== undefined || !hasHttpCredentials(auth) || auth.kind === 'aws'
  return { id, title, auth: auth.kind, fields: connectorFields(connector), allowedHosts, canTest }
}

/** Returns a connection for the API, as a user sees it. */
export function presentConnection(identity: Identity, row: ConnectionRow): ConnectionInfo {
  const secrets: Record<string, SetSecretField> = {}
  for (const [stored, { setAt, setBy }] of Object.entries(markersOf(row))) {
    const field = referredField(stored)
    secrets[field ?? stored] = { setAt, setBy, isReference: field !== null }
  }
  return {
    id: row.connection_id,
    name: row.name,
    connector: row.connector,
    values: valuesOf(row),
    secrets,
    allowedHosts: hostsOf(row),
    sharing: sharingOf(row),
    isProvided: isProvided(row),
    owner: { userId: row.owner_id, displayName: row.owner_name },
    mayChange: mayChange(identity, row),
    status: row.status,
    statusReason: row.status_reason,
    createdAt: toInstant(row.created_at),
    updatedAt: toInstant(row.updated_at),
  }
}

export function valuesOf(row: Pick<ConnectionRow, 'field_values'>): Readonly<Record<string, string>> {
  return JSON.parse(row.field_values)
}

export function markersOf(row: Pick<ConnectionRow, 'markers'>): Readonly<Record<string, SecretMarker>> {
  return JSON.parse(row.markers)
}

export function hostsOf(row: Pick<ConnectionRow, 'allowed_hosts'>): readonly string[] {
  return JSON.parse(row.allowed_hosts)
}

export function sharingOf({
  sharing_kind: kind,
  workflow_ids: ids,
}: Pick<ConnectionRow, 'sharing_kind' | 'workflow_ids'>): ConnectionSharing {
  return kind === 'workflows' ? { kind, workflowIds: JSON.parse(ids) } : { kind }
}

/** Checks whether a user may see a connection: that of another user is visible to admins only. */
export function maySee({ userId, role }: Identity, row: ConnectionRow): boolean {
  return row.sharing_kind !== 'user' || row.owner_id === userId || role === 'admin'
}

/** @throws {@link TenonError} `CONNECTION_NOT_FOUND` for a connection that the user may not see. */
export function requireVisible(identity: Identity, row: ConnectionRow): void {
  // The answer for an unknown id: it reveals no connection of others.
  if (!maySee(identity, row)) throw new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id')
}

/** @throws {@link TenonError} `CONNECTION_NOT_FOUND`, or `FORBIDDEN` unless the user owns the connection or is an admin. */
export function requireOwner(identity: Identity, row: ConnectionRow): void {
  requireVisible(identity, row)
  if (isProvided(row)) {
    throw new TenonError('FORBIDDEN', 'The product provides this connection, so it is not changed here', {
      remedy: 'Change the account in the settings of the product.',
    })
  }
  if (!mayChange(identity, row)) {
    throw new TenonError('FORBIDDEN', 'Only the owner of the connection and admins may change it')
  }
}

function mayChange({ userId, role }: Identity, row: ConnectionRow): boolean {
  return !isProvided(row) && (role === 'admin' || (role === 'editor' && row.owner_id === userId))
}

/** Begins the ids of connections that the host provides; all others begin with `con_`. */
const PROVIDED = 'host_'

/** Returns the id of the connection that the host provides under a key. */
export function providedId(key: string): string {
  return `${PROVIDED}${key}`
}

/** Checks whether the host provides a connection. */
export function isProvided({ connection_id: id }: Pick<ConnectionRow, 'connection_id'>): boolean {
  return id.startsWith(PROVIDED)
}

/** Returns the key under which the host provides a connection. */
export function keyOf({ connection_id: id }: Pick<ConnectionRow, 'connection_id'>): string {
  return id.slice(PROVIDED.length)
}
