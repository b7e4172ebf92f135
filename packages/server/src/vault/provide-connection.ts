import { randomInt } from 'node:crypto'
import { ROUTES } from '@tenon/core/api'
import { TENANT_ID_PATTERN, type TenantId, type UserId, type WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { connectorFields } from '@tenon/core/node'
import { cutText, textFault } from '@tenon/core/text'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { checkInput } from '../http/check-input.ts'
import { insertSystemAudit } from '../tables/audit-repository.ts'
import {
  deleteConnectionRow,
  findConnection,
  insertConnection,
  updateConnectionRow,
} from '../tables/connection-repository.ts'
import { releaseRequests } from '../tables/request-pace-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { changeConnection } from './change-connection.ts'
import { checkFields } from './connection-fields.ts'
import { providedId } from './present-connection.ts'
import { checkWorkflows, connectorOf, sharingColumns } from './store-connection.ts'

/** An account that the product of the host has connected already, and that workflows of its tenant may use. */
export interface ProvidedConnection {
  /** Tenant of the account. */
  readonly tenantId: TenantId
  /** Name of the host for it, unique within the tenant: 1 to 100 letters, digits, dots, dashes and underscores. */
  readonly key: string
  /** Id of its connector, which does not change. */
  readonly connector: string
  /** Name for people, 1 to 200 characters. */
  readonly name: string
  /** Fields that are not secret, by name. @defaultValue none */
  readonly values?: Readonly<Record<string, string>>
  /** Hosts that get the secrets; for connectors without hosts of their own. 1 to 20. */
  readonly allowedHosts?: readonly string[]
  /** Workflows or the person that may use it. @defaultValue every workflow of the tenant */
  readonly sharing?:
    | { readonly kind: 'tenant' }
    | { readonly kind: 'workflows'; readonly workflowIds: readonly WorkflowId[] }
    | { readonly kind: 'user'; readonly userId: UserId; readonly displayName: string }
  /**
   * Sentence for people, if the account must be connected again: node runs wait for it. It is shown up to 300 characters.
   *
   * @defaultValue it works
   */
  readonly reconnect?: string
}

/** Names a connection that the host provides. */
export interface ProvidedConnectionRef {
  /** Tenant of the account. */
  readonly tenantId: TenantId
  /** Name of the host for it. */
  readonly key: string
}

/**
 * A connection with an earlier key begins with a generation that none before it had: events that have ended those are kept.
 */
const FIRST_GENERATIONS = 1_000_000_000
const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Stores or changes a connection of the host. Unless it must be connected again, this ends the waits of node runs, in the same
 * transaction: also of those for which the resolver of the host has said so.
 */
export async function provideConnection(
  server: ServerContext,
  given: ProvidedConnection,
): Promise<{ readonly connectionId: string }> {
  const connectionId = idOf(given)
  const { tenantId, key: _key, sharing: wanted = { kind: 'tenant' }, reconnect, ...fields } = given
  if (reconnect !== undefined) checkText(['reconnect'], reconnect)
  const isOfPerson = wanted?.kind === 'user'
  const [userId, displayName] = isOfPerson ? [wanted.userId, wanted.displayName] : ['' as UserId, '']
  const sharing = isOfPerson ? ({ kind: 'user' } as const) : wanted
  const checked = checkInput(ROUTES.createConnection.body, { ...fields, sharing }, 'body')
  if (isOfPerson) {
    checkText(['sharing', 'userId'], userId, MAX_PERSON)
    checkText(['sharing', 'displayName'], displayName, MAX_PERSON)
  }
  const { connector: id, name, values = {}, allowedHosts = [] } = checked
  const connector = connectorOf(server, id)
  const kept = connectorFields(connector).flatMap((field) => (field.isSecret ? [field.name] : []))
  checkFields(connector, { values, secrets: {}, kept, allowedHosts: allowedHosts.length })
  const at = server.now()
  const set = {
    ...{ name, field_values: JSON.stringify(values), allowed_hosts: JSON.stringify(allowedHosts) },
    ...{ ...sharingColumns(sharing), owner_id: userId, owner_name: displayName, updated_at: at },
  }
  const state =
    reconnect === undefined
      ? ({ status: 'connected', status_reason: null } as const)
      : ({ status: 'needs_reauth', status_reason: cutText(reconnect, MAX_REASON) } as const)
  const row: ConnectionRow = {
    ...{ tenant_id: tenantId, connection_id: connectionId, connector: id, markers: '{}', ...set, ...state },
    ...{
      generation: randomInt(FIRST_GENERATIONS),
      created_at: at,
      expires_at: null,
      refresh_at: null,
      lease_id: null,
      lease_until: null,
    },
  }
  const isNew = await server.database.withTenant(tenantId, async (tx) => {
    if ((await findConnection(tx, tenantId, connectionId)) !== null) return false
    await checkWorkflows(tx, tenantId, sharing)
    if (!(await insertConnection(tx, row, []))) return false
    const details = { connector: id, name }
    await insertSystemAudit(tx, { tenantId, action: 'connection.create', resource: connectionId, at, details })
    if (row.status_reason !== null) await noteReconnect(tx, row, row.status_reason)
    return true
  })
  if (!isNew) await change(server, row, { sharing })
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
  return { connectionId }
}

async function change(
  server: ServerContext,
  wanted: ConnectionRow,
  { sharing }: { readonly sharing: Parameters<typeof checkWorkflows>[2] },
): Promise<void> {
  const { tenant_id: tenantId, connection_id: connectionId, connector, updated_at: at, ...columns } = wanted
  const { name, field_values, allowed_hosts, sharing_kind, workflow_ids, owner_id, owner_name } = columns
  const { status, status_reason } = columns
  const apply = async (tx: ServerTx, row: ConnectionRow, isEnd: boolean): Promise<void> => {
    if (row.connector !== connector) {
      throw new TenonError('REQUEST_INVALID', `The connection is of the connector "${row.connector}"`, {
        remedy: 'Provide it under another key.',
      })
    }
    await checkWorkflows(tx, tenantId, sharing)
    await updateConnectionRow(tx, tenantId, connectionId, {
      ...{ name, field_values, allowed_hosts, sharing_kind, workflow_ids, owner_id, owner_name },
      ...{ status, status_reason, generation: row.generation + (isEnd ? 1 : 0) },
      // Later than before, so that what is in memory for the earlier account is not used.
      updated_at: Math.max(at, row.updated_at + 1),
    })
    await releaseRequests(tx, tenantId, connectionId)
    const action = isEnd && row.status === 'needs_reauth' ? 'connection.reconnect' : 'connection.update'
    await insertSystemAudit(tx, { tenantId, action, resource: connectionId, at })
    // A host may say it again and again, for another reason each time.
    if (status_reason !== null && status_reason !== row.status_reason) await noteReconnect(tx, wanted, status_reason)
  }
  const endsWaits = () => status === 'connected'
  await changeConnection(server, { tenantId, connectionId }, { endsWaits, apply })
}

function noteReconnect(tx: ServerTx, row: ConnectionRow, reason: string): Promise<void> {
  const { tenant_id: tenantId, connection_id: resource, updated_at: at } = row
  return insertSystemAudit(tx, { tenantId, action: 'connection.needs_reauth', resource, at, details: { reason } })
}

/** Longest id or name of a person, as of one who signs in. */
const MAX_PERSON = 200

/** @throws {@link TenonError} `REQUEST_INVALID` for what is no text, for an empty one, and for one that the database cannot hold. */
function checkText(path: readonly string[], value: unknown, most = Number.POSITIVE_INFINITY): void {
  if (typeof value === 'string' && value !== '' && value.length <= most && textFault(value) === null) return
  const limit = most === Number.POSITIVE_INFINITY ? 'at least 1 character' : `1 to ${most} characters`
  const message = `Must be a text of ${limit} without NUL characters`
  throw new TenonError('REQUEST_INVALID', `${path.join('.')} is not valid: ${message}`, {
    details: { issues: [{ path, code: 'invalid_value', message }] },
  })
}

/** Longest sentence that is stored and shown. */
const MAX_REASON = 300

/** Deletes a connection of the host; node runs that wait for it fail. Nothing happens if there is none. */
export async function withdrawConnection(server: ServerContext, ref: ProvidedConnectionRef): Promise<void> {
  const connectionId = idOf(ref)
  const { tenantId } = ref
  const apply = async (tx: ServerTx, row: ConnectionRow): Promise<void> => {
    await deleteConnectionRow(tx, tenantId, connectionId)
    const details = { connector: row.connector, name: row.name }
    const at = server.now()
    await insertSystemAudit(tx, { tenantId, action: 'connection.delete', resource: connectionId, at, details })
  }
  try {
    await changeConnection(server, { tenantId, connectionId }, { endsWaits: () => true, apply })
  } catch (error) {
    if (error instanceof TenonError && error.code === 'CONNECTION_NOT_FOUND') return
    throw error
  }
  publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
}

function idOf({ tenantId, key }: ProvidedConnectionRef): string {
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) {
    throw new TenonError('TENANT_INVALID', 'This is not a valid tenant id')
  }
  if (typeof key !== 'string' || !KEY.test(key)) {
    const issues = [{ path: ['key'], code: 'invalid_value', message: 'Letters, digits, dots, dashes, underscores' }]
    throw new TenonError('REQUEST_INVALID', 'key must have 1 to 100 letters, digits, dots, dashes or underscores', {
      details: { issues },
    })
  }
  return providedId(key)
}
