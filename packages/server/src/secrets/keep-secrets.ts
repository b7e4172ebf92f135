import { isSecretMarker, type NodeId, nodeTypeKey, type WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { serverIssue } from '../server-issue.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { keepForVersion, secretFieldsOf } from '../tables/secret-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { fieldOf } from './secret-fields.ts'

interface Use {
  readonly nodeId: NodeId
  readonly nodeName: string
  readonly param: string
  readonly field: string
  readonly secretId: string
}

/**
 * Keeps the secrets of a document for as long as its workflow exists; call it in the transaction that stores the document
 * as a version. Refuses a marker whose value was set elsewhere, in another workflow or for another param, or was deleted.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with every such param.
 */
export async function keepSecrets(
  { secretFields }: Pick<ServerContext, 'secretFields'>,
  tx: ServerTx,
  { tenantId, workflowId }: DraftRef,
  document: WorkflowDocument,
): Promise<void> {
  const uses = document.nodes.flatMap((node): readonly Use[] =>
    (secretFields.get(nodeTypeKey(node.type, node.typeVersion)) ?? []).flatMap((param) => {
      const value = node.params[param]
      if (!isSecretMarker(value)) return []
      return [
        { nodeId: node.id, nodeName: node.name, param, field: fieldOf(node.type, param), secretId: value.$secret },
      ]
    }),
  )
  if (uses.length === 0) return
  const ids = [...new Set(uses.map(({ secretId }) => secretId))]
  // Before they are read: a deletion in progress has ended then.
  await keepForVersion(tx, { tenantId, workflowId }, ids)
  const known = await secretFieldsOf(tx, tenantId, workflowId, ids)
  const unknown = uses.filter(({ secretId, field }) => known.get(secretId) !== field)
  if (unknown.length === 0) return
  const issues = unknown.map(({ nodeId, nodeName, param }) => {
    const message = `${nodeName}: set "${param}" again; its value was not set for this param of this workflow`
    return serverIssue('SECRET_NOT_FOUND', ['nodes', nodeId, 'params', param], message, { param })
  })
  throw new TenonError('WORKFLOW_INVALID', `Secrets are missing: ${issues[0]?.message ?? ''}`, { details: { issues } })
}
