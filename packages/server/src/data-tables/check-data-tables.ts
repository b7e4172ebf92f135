import {
  type DataTableId,
  fillParamDefaults,
  type TableShape,
  type TenantId,
  tableFaultsOf,
  tableIdOf,
  type WorkflowDocument,
} from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { nodesAndTools } from '../enabled-nodes.ts'
import { serverIssue } from '../server-issue.ts'

/** Form of the ids of data tables; no other text reaches the database. */
const TABLE_ID = /^[A-Za-z0-9_-]{1,100}$/

/**
 * Refuses a workflow whose nodes name data tables that the tenant does not have, columns that these lack, or rows without
 * values that they need. A table that changes later fails the node when it runs.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue for each fault.
 */
export async function checkDataTables(
  { dataTables, registry }: Pick<ServerContext, 'dataTables' | 'registry'>,
  tenantId: TenantId,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  const uses = nodesAndTools(registry, document).flatMap(({ node, name, entry, paramsAt, open }) => {
    if (entry === undefined) return []
    const filled = Object.entries(fillParamDefaults(entry.params, node.params))
    const params = Object.fromEntries(filled.filter(([param]) => !open.includes(param)))
    const tableId = tableIdOf(entry.params, params)
    return tableId === null ? [] : [{ paramsAt, name, schema: entry.params, params, tableId }]
  })
  const tables = new Map<string, TableShape | null>()
  for (const { tableId } of uses) {
    if (tables.has(tableId)) continue
    tables.set(tableId, TABLE_ID.test(tableId) ? await dataTables.find(tenantId, tableId as DataTableId) : null)
  }
  const issues = uses.flatMap(({ paramsAt, name, schema, params, tableId }): readonly ProblemIssue[] =>
    tableFaultsOf(schema, params, tables.get(tableId) ?? null).map(({ path, param, fault }) =>
      serverIssue('PARAM_INVALID', [...paramsAt, ...path], `${name}: "${param}": ${fault}`, {
        param,
        fault,
      }),
    ),
  )
  const [first] = issues
  if (first !== undefined) throw new TenonError('WORKFLOW_INVALID', first.message, { details: { issues } })
}
