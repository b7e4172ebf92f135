import type { Identity } from '@tenon/core/api'
import { connectionParamOf, type UserId, type WorkflowDocument, type WorkflowId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { fillParamDefaults, type NodeManifestEntry } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { enabledNodes, nodesAndTools } from '../enabled-nodes.ts'
import { serverIssue } from '../server-issue.ts'
import { findConnections } from '../tables/connection-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import { sharingOf } from './present-connection.ts'

/**
 * Refuses a workflow that names connections which do not exist, or which it or its author may not use: otherwise an editor
 * could let a workflow use the account of another person. A private one is refused where no person starts runs.
 *
 * @param identity - Author of the workflow; without a person, connections of people are refused.
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue for each such node.
 */
export async function checkConnections(
  { database, registry }: Pick<ServerContext, 'database' | 'registry'>,
  identity: Pick<Identity, 'tenantId'> & { readonly userId: UserId | null },
  workflowId: WorkflowId,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  const uses = connectionsIn(registry, document)
  if (uses.length === 0) return
  const { tenantId } = identity
  const ids = [...new Set(uses.map(({ connectionId }) => connectionId))]
  const found = await database.withTenant(tenantId, (tx) => findConnections(tx, tenantId, ids))
  const isByHand = startsByHand(registry, document)
  const issues = uses.flatMap(({ path, name, param, connectionId, connectsTo, isPoll }): readonly ProblemIssue[] => {
    const row = found.get(connectionId)
    if (row !== undefined && connectsTo !== null && row.connector !== connectsTo) {
      const why = `${name}: choose a connection of the service "${connectsTo}"`
      return [serverIssue('CONNECTION_NOT_FOUND', path, why, { param })]
    }
    if (row !== undefined && mayUse(identity, row) && isSharedWith(row, workflowId)) {
      // A poll itself acts for no person either, however else runs start.
      if ((isByHand && !isPoll) || row.sharing_kind !== 'user') return []
      const why = `${name}: its connection is private, and messages and schedules start runs that act for no person`
      return [serverIssue('CONNECTION_PRIVATE', path, why, { param })]
    }
    const message = `${name}: choose a connection that exists and that this workflow may use`
    return [serverIssue('CONNECTION_NOT_FOUND', path, message, { param })]
  })
  const [first] = issues
  if (first !== undefined) throw new TenonError('WORKFLOW_INVALID', first.message, { details: { issues } })
}

/** Checks whether people can start runs, and not only messages, schedules and events. */
function startsByHand(registry: ServerContext['registry'], document: Pick<WorkflowDocument, 'nodes'>): boolean {
  return enabledNodes(registry, document).some(
    ({ entry }) => entry?.control === 'trigger' && entry.trigger === undefined,
  )
}

/** Also an admin, who sees the connection of another person, may not let a workflow use it. */
function mayUse({ userId }: { readonly userId: UserId | null }, row: ConnectionRow): boolean {
  return row.sharing_kind !== 'user' || row.owner_id === userId
}

function isSharedWith(row: ConnectionRow, workflowId: WorkflowId): boolean {
  const sharing = sharingOf(row)
  return sharing.kind !== 'workflows' || sharing.workflowIds.includes(workflowId)
}

interface Use {
  readonly name: string
  /** Path of the param in the document. */
  readonly path: readonly (string | number)[]
  readonly param: string
  readonly connectionId: string
  /** Connector that the connection must be of; `null` for any. */
  readonly connectsTo: string | null
  /** True for a trigger that uses it to find items. */
  readonly isPoll: boolean
}

/** Returns the connector that a param requires; `null` for any of a kind. */
function connectorOf({ params }: NodeManifestEntry, param: string): string | null {
  const { properties } = params as { readonly properties?: Readonly<Record<string, { readonly connectsTo?: unknown }>> }
  const connectsTo = properties?.[param]?.connectsTo
  return typeof connectsTo === 'string' && !KINDS.has(connectsTo) ? connectsTo : null
}

const KINDS: ReadonlySet<string> = new Set(['aws', 'http', 'postgres', 'smtp'])

/** Returns the connections that the nodes of a workflow and their tools name; disabled nodes use none. */
export function connectionsIn(
  registry: ServerContext['registry'],
  document: Pick<WorkflowDocument, 'nodes'>,
): readonly Use[] {
  return nodesAndTools(registry, document).flatMap(({ node, name, entry, paramsAt }): readonly Use[] => {
    const param = entry === undefined ? null : connectionParamOf(entry.params)
    if (entry === undefined || param === null) return []
    // A run uses the default of the node type as well.
    const connectionId = fillParamDefaults(entry.params, node.params)[param]
    if (typeof connectionId !== 'string' || connectionId === '') return []
    const isPoll = entry.trigger === 'poll'
    return [{ path: [...paramsAt, param], name, param, connectionId, connectsTo: connectorOf(entry, param), isPoll }]
  })
}
