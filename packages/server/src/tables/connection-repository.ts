import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import type { ConnectionRow, SecretRow } from './secret-tables.ts'
import type { ServerTx } from './server-tables.ts'

export interface ConnectionPage {
  /** Lists those of this connector. */
  readonly connector: string | undefined
  /** Lists those that this user may see; `null` for all. */
  readonly userId: string | null
  readonly limit: number
  /** The last row of the page before. */
  readonly after: { readonly at: number; readonly id: string } | null
}

/** Seed of the hash that names the lock, so that it differs from other locks for the same tenant. */
const QUOTA_LOCK = 7_303
/** Connections of a tenant. */
const MAX_CONNECTIONS = 2_000

/**
 * Stores a connection with its secrets.
 *
 * @returns False if there is one with this id, which stays as it is.
 * @throws {@link TenonError} `QUOTA_EXCEEDED` (details: `limit`) when the tenant has too many.
 */
export async function insertConnection(
  tx: ServerTx,
  row: ConnectionRow,
  secrets: readonly SecretRow[],
): Promise<boolean> {
  // Requests of a tenant that add one wait here for each other: each of them could find the last free room.
  await sql`select pg_advisory_xact_lock(hashtextextended(${row.tenant_id}, ${QUOTA_LOCK}))`.execute(tx)
  const { count } = await tx
    .selectFrom('connections')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', row.tenant_id)
    .executeTakeFirstOrThrow()
  if (Number(count) >= MAX_CONNECTIONS) {
    throw new TenonError('QUOTA_EXCEEDED', `The tenant has reached its limit of ${MAX_CONNECTIONS} connections`, {
      remedy: 'Delete connections that are not needed any more.',
      details: { limit: MAX_CONNECTIONS },
    })
  }
  const [inserted] = await tx
    .insertInto('connections')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('connection_id')
    .execute()
  if (inserted === undefined) return false
  await insertConnectionSecrets(tx, secrets)
  return true
}

export async function findConnection(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
): Promise<ConnectionRow | null> {
  const row = await connectionIn(tx, tenantId, connectionId).selectAll().executeTakeFirst()
  return row ?? null
}

/** The same; no other transaction changes the connection before this one ends. */
export async function lockConnection(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
): Promise<ConnectionRow | null> {
  const row = await connectionIn(tx, tenantId, connectionId).selectAll().forUpdate().executeTakeFirst()
  return row ?? null
}

function connectionIn(tx: ServerTx, tenantId: TenantId, connectionId: string) {
  return tx.selectFrom('connections').where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
}

/** Last created first; one more than the limit, if there is one. */
export async function listConnectionRows(
  tx: ServerTx,
  tenantId: TenantId,
  { connector, userId, limit, after }: ConnectionPage,
): Promise<readonly ConnectionRow[]> {
  let query = tx.selectFrom('connections').selectAll().where('tenant_id', '=', tenantId)
  if (connector !== undefined) query = query.where('connector', '=', connector)
  if (userId !== null) {
    query = query.where((row) => row.or([row('sharing_kind', '!=', 'user'), row('owner_id', '=', userId)]))
  }
  if (after !== null) {
    query = query.where(sql<boolean>`(created_at, connection_id) < (${after.at}, ${after.id})`)
  }
  return query
    .orderBy('created_at', 'desc')
    .orderBy('connection_id', 'desc')
    .limit(limit + 1)
    .execute()
}

export async function updateConnectionRow(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
  set: Partial<Omit<ConnectionRow, 'tenant_id' | 'connection_id' | 'connector' | 'created_at'>>,
): Promise<void> {
  await tx
    .updateTable('connections')
    .set(set)
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
}

/** Deletes a connection with its secrets. */
export async function deleteConnectionRow(tx: ServerTx, tenantId: TenantId, connectionId: string): Promise<void> {
  await deleteConnectionSecrets(tx, tenantId, connectionId)
  await tx
    .deleteFrom('connections')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute()
}

export async function insertConnectionSecrets(tx: ServerTx, rows: readonly SecretRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('secrets')
    .values([...rows])
    .execute()
}

/** Deletes the secrets of a connection. @param fields - Those to delete. @defaultValue all */
export async function deleteConnectionSecrets(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
  fields?: readonly string[],
): Promise<void> {
  let query = tx.deleteFrom('secrets').where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
  if (fields !== undefined) query = query.where('field', 'in', [...fields])
  await query.execute()
}

/** Reads a connection with its encrypted secrets, in one statement, so that they belong together. */
export async function readConnection(
  tx: ServerTx,
  tenantId: TenantId,
  connectionId: string,
): Promise<{ readonly row: ConnectionRow; readonly secrets: readonly SecretRow[] } | null> {
  const rows = await tx
    .selectFrom('connections')
    .leftJoin('secrets', (join) =>
      join
        .onRef('secrets.tenant_id', '=', 'connections.tenant_id')
        .onRef('secrets.connection_id', '=', 'connections.connection_id'),
    )
    .selectAll('connections')
    .select(['secrets.secret_id', 'secrets.field', 'secrets.data_key_id', 'secrets.sealed', 'secrets.set_at'])
    .where('connections.tenant_id', '=', tenantId)
    .where('connections.connection_id', '=', connectionId)
    .execute()
  const [first] = rows
  if (first === undefined) return null
  const secrets = rows.flatMap(({ secret_id, field, data_key_id, sealed, set_at }): readonly SecretRow[] => {
    if (secret_id === null || field === null || data_key_id === null || sealed === null || set_at === null) return []
    const owner = { tenant_id: tenantId, workflow_id: null, connection_id: connectionId, in_version: false }
    return [{ ...owner, secret_id, field, data_key_id, sealed, set_at }]
  })
  return { row: first, secrets }
}

/** Ids of those connections that exist, with their sharing. */
export async function findConnections(
  tx: ServerTx,
  tenantId: TenantId,
  connectionIds: readonly string[],
): Promise<ReadonlyMap<string, ConnectionRow>> {
  if (connectionIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('connections')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`connection_id = any(${[...connectionIds]}::text[])`)
    .execute()
  return new Map(rows.map((row) => [row.connection_id, row]))
}

/** Lists the workflows of a tenant that are not deleted and whose drafts contain a text, such as an id. */
export async function draftsThatContain(
  tx: ServerTx,
  tenantId: TenantId,
  text: string,
): Promise<readonly { readonly workflow_id: string; readonly name: string }[]> {
  // Yjs stores a text that was set as a whole in UTF-8, in one piece.
  const bytes = Buffer.from(text, 'utf8')
  const named = (table: 'draft_snapshots' | 'draft_updates') =>
    tx
      .selectFrom(table)
      .select('workflow_id')
      .where('tenant_id', '=', tenantId)
      .where(sql<boolean>`position(${bytes}::bytea in bytes) > 0`)
  return tx
    .selectFrom('workflows')
    .select(['workflow_id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .where((row) =>
      row.or([row('workflow_id', 'in', named('draft_snapshots')), row('workflow_id', 'in', named('draft_updates'))]),
    )
    .orderBy('name')
    .limit(MAX_USES)
    .execute()
}

/** Workflows that are listed as users of a connection. */
const MAX_USES = 200

/** A workflow whose latest version may use a connection. */
export interface WorkflowOfUse {
  readonly workflow_id: string
  readonly name: string
  /** Document of the latest version, as JSON text. */
  readonly document: string
}

/** Lists the workflows of a tenant that are not deleted, with their latest documents that name a text. */
export async function workflowsThatName(
  tx: ServerTx,
  tenantId: TenantId,
  text: string,
): Promise<readonly WorkflowOfUse[]> {
  return tx
    .selectFrom('workflows')
    .innerJoin('versions', (join) =>
      join
        .onRef('versions.tenant_id', '=', 'workflows.tenant_id')
        .onRef('versions.workflow_id', '=', 'workflows.workflow_id')
        .onRef('versions.number', '=', 'workflows.latest_version'),
    )
    .select(['workflows.workflow_id', 'workflows.name', 'versions.document'])
    .where('workflows.tenant_id', '=', tenantId)
    .where('workflows.deleted_at', 'is', null)
    .where(sql<boolean>`strpos(versions.document, ${JSON.stringify(text)}) > 0`)
    .orderBy('workflows.name')
    .limit(MAX_USES)
    .execute()
}
