import type { Identity } from '@tenon/core/api'
import type { TenantId, WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Connector } from '@tenon/core/node'
import type { OpenConnection, ReconnectNeeded, RunReader, RunRef, SecretReader } from '@tenon/runtime'
import { findConnection, readConnection } from '../tables/connection-repository.ts'
import type { ConnectionRow, SecretRow } from '../tables/secret-tables.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'
import { credentialsOf } from './connection-fields.ts'
import type { ReadConnectionSecrets, SecretUser } from './connection-secrets.ts'
import { hostsOf, isProvided, maySee, sharingOf, valuesOf } from './present-connection.ts'
import { createRequestPace } from './request-pace.ts'
import type { FreshConnection } from './token-refresh.ts'

/** Opens connections for attempts and tests. */
export interface ConnectionVault {
  readonly openConnection: NonNullable<SecretReader['openConnection']>
  readonly checkParamsBy: NonNullable<SecretReader['checkParamsBy']>
  /**
   * Opens a connection for a user who tests it, also one that must be connected again: its service may accept it by now. Not
   * by OAuth, whose tokens the service has ended, and not one of the host, who knows it.
   *
   * @param options.isFresh - True to ask again for secrets of others that are in memory.
   * @throws {@link TenonError} as for an attempt.
   */
  openFor(identity: Identity, connectionId: string, options: Pick<SecretUser, 'isFresh'>): Promise<OpenedForUser>
  /**
   * Opens a connection for a trigger that itself sends requests, which acts for no person.
   *
   * @returns The connection, or the wait for a person who connects the account again.
   * @throws {@link TenonError} as for an attempt of a run of a trigger.
   */
  openForTrigger(workflow: WorkflowRef, connectionId: string): Promise<OpenConnection | ReconnectNeeded>
  /** Returns a connector of the server; `null` for an unknown one. */
  connector(id: string): Connector | null
  /** Connectors of the server, in the order in which people choose. */
  readonly connectors: readonly Connector[]
}

/** A connection with the row whose secrets are used; or why a person must connect it again. */
export type OpenedForUser =
  | { readonly row: ConnectionRow; readonly opened: OpenConnection }
  | { readonly row: ConnectionRow; readonly opened: null; readonly reason: string | null }

/** Names a workflow. */
interface WorkflowRef {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
}

export interface ConnectionVaultDeps {
  readonly database: ServerDatabase
  readonly readSecrets: ReadConnectionSecrets
  readonly reader: Pick<RunReader, 'getRun' | 'readEvents'>
  readonly connectors: readonly Connector[]
  readonly refreshed: FreshConnection
}

interface StoredConnection {
  readonly row: ConnectionRow
  readonly secrets: readonly SecretRow[]
}

/** Creates the vault of a server or a worker. */
export function createConnectionVault(deps: ConnectionVaultDeps): ConnectionVault {
  const { database, connectors } = deps
  const byId = new Map(connectors.map((connector) => [connector.id, connector]))

  async function read(tenantId: TenantId, connectionId: string): Promise<StoredConnection> {
    const stored = await database.withTenant(tenantId, (tx) => readConnection(tx, tenantId, connectionId))
    if (stored === null) throw notFound()
    return stored
  }

  async function open(stored: StoredConnection, user: SecretUser): Promise<OpenConnection | ReconnectNeeded> {
    if (stored.row.status === 'needs_reauth') return reconnectOf(stored.row)
    const connector = connectorOf(stored.row)
    const fresh = await deps.refreshed(connector, stored)
    if (fresh.row.status === 'needs_reauth') return reconnectOf(fresh.row)
    const { row, opened } = await decrypt(connector, fresh, user)
    // The host says it of this person and workflow; the connection stays as it is for others. Each call of
    // provideConnection() ends the generation that was read before the host was asked, so it ends this wait.
    return opened ?? reconnectOf(row)
  }

  function connectorOf({ connector: provider }: ConnectionRow): Connector {
    const connector = byId.get(provider)
    if (connector !== undefined) return connector
    throw new TenonError('CONNECTION_REFUSED', `This server has no connector "${provider}"`, {
      remedy: 'Register the connector on the server, or choose another connection.',
    })
  }

  async function decrypt(
    connector: Connector,
    { row, secrets }: StoredConnection,
    user: SecretUser,
  ): Promise<OpenedForUser> {
    const { connection_id: connectionId, connector: provider } = row
    const values = valuesOf(row)
    const kept = await deps.readSecrets(connector, { row, secrets }, user)
    if ('reconnect' in kept) return { row, opened: null, reason: kept.reconnect }
    const { texts } = kept
    const hosts = connector.allowedHosts.length > 0 ? connector.allowedHosts : hostsOf(row)
    const { rateLimit } = connector
    const pace = rateLimit && createRequestPace(database, row.tenant_id, connectionId, rateLimit)
    const account = credentialsOf(connector, values, texts, hosts)
    const connection = { connectionId, provider, values }
    return { row, opened: { connection, ...account, ...(pace === undefined ? {} : { pace }) } }
  }

  return {
    connectors,
    connector: (id) => byId.get(id) ?? null,
    async openConnection(run, connectionId) {
      const stored = await read(run.tenantId, connectionId)
      await checkSharing(deps.reader, run, stored.row)
      return open(stored, await userOf(deps.reader, run, stored.row))
    },
    async openForTrigger({ tenantId, workflowId }, connectionId) {
      const stored = await read(tenantId, connectionId)
      const sharing = sharingOf(stored.row)
      if (sharing.kind === 'workflows' && !sharing.workflowIds.includes(workflowId)) throw notShared()
      if (sharing.kind === 'user') throw forOwnerOnly()
      return open(stored, { principal: null, workflowId, isFresh: false })
    },
    async checkParamsBy(tenantId, actor, connectionId) {
      const row = await database.withTenant(tenantId, (tx) => findConnection(tx, tenantId, connectionId))
      // A deleted one belongs to no person, and is not opened either.
      if (row === null || row.sharing_kind !== 'user' || row.owner_id === actor?.userId) return
      throw new TenonError('CONNECTION_REFUSED', 'Only the owner of the connection may give params to this node', {
        remedy: 'Ask the owner, or resolve the node run in another way.',
      })
    },
    async openFor(identity, connectionId, { isFresh }) {
      const stored = await read(identity.tenantId, connectionId)
      if (!maySee(identity, stored.row)) throw notFound()
      const connector = connectorOf(stored.row)
      const used = await deps.refreshed(connector, stored)
      const { row } = used
      const isOver = row.status === 'needs_reauth' && (connector.auth.kind === 'oauth2' || isProvided(row))
      if (isOver) return { row, opened: null, reason: row.status_reason }
      const user = { principal: { userId: identity.userId }, workflowId: null, isFresh }
      return decrypt(connector, used, user)
    },
  }
}

function reconnectOf(row: ConnectionRow): ReconnectNeeded {
  const { connection_id: connectionId, generation } = row
  // Everyone who sees the run sees its wait.
  const name = row.sharing_kind === 'user' ? null : row.name
  return { reconnect: { connectionId, name, generation } }
}

/** @throws {@link TenonError} `CONNECTION_REFUSED` if the workflow or the person behind the run may not use a connection. */
async function checkSharing(
  reader: ConnectionVaultDeps['reader'],
  { tenantId, runId }: RunRef,
  row: ConnectionRow,
): Promise<void> {
  const sharing = sharingOf(row)
  if (sharing.kind === 'tenant') return
  if (sharing.kind === 'workflows') {
    const run = await reader.getRun(tenantId, runId)
    if (run !== null && sharing.workflowIds.includes(run.workflowId)) return
    throw notShared()
  }
  const principal = await principalOf(reader, { tenantId, runId })
  if (principal !== null && principal.userId === row.owner_id) return
  throw forOwnerOnly()
}

async function principalOf(
  reader: ConnectionVaultDeps['reader'],
  { tenantId, runId }: RunRef,
): Promise<SecretUser['principal']> {
  const [first] = await reader.readEvents(tenantId, runId, 0, 1)
  const principal = first?.type === 'run_started' ? first.data.principal : null
  return principal == null ? null : { userId: principal.userId }
}

/** Returns who needs the secrets; only the host asks for it. */
async function userOf(reader: ConnectionVaultDeps['reader'], run: RunRef, row: ConnectionRow): Promise<SecretUser> {
  if (!isProvided(row)) return { principal: null, workflowId: null, isFresh: false }
  const [stored, principal] = [await reader.getRun(run.tenantId, run.runId), await principalOf(reader, run)]
  return { principal, workflowId: stored?.workflowId ?? null, isFresh: false }
}

function notShared(): TenonError {
  return new TenonError('CONNECTION_REFUSED', 'The connection is not shared with this workflow')
}

function forOwnerOnly(): TenonError {
  return new TenonError('CONNECTION_REFUSED', 'The connection is only for runs that act for its owner')
}

function notFound(): TenonError {
  return new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id')
}
