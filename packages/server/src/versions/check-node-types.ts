import { nodeTypeKey, type WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { enabledNodes } from '../enabled-nodes.ts'
import { MAX_ISSUES, serverIssue } from '../server-issue.ts'

/**
 * Refuses a workflow with nodes of types that no running worker has, unless the host allows it: a run of it would wait for
 * such a worker. Call it outside of transactions.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue for each such node.
 */
export async function checkNodeTypes(
  { engine, registry, requiresWorkers }: Pick<ServerContext, 'engine' | 'registry' | 'requiresWorkers'>,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  if (!requiresWorkers) return
  const nodes = enabledNodes(registry, document)
  const keyOf = ({ node }: (typeof nodes)[number]) => nodeTypeKey(node.type, node.typeVersion)
  const missing = new Set(await engine.missingTypes([...new Set(nodes.map(keyOf))]))
  const issues: readonly ProblemIssue[] = nodes
    .filter((each) => missing.has(keyOf(each)))
    .map(({ node: { id, type, typeVersion }, name }) => {
      const message = `${name}: no running worker has version ${typeVersion} of the node type "${type}"`
      return serverIssue('NODE_TYPE_UNSERVED', ['nodes', id, 'type'], message, { type, version: String(typeVersion) })
    })
  const [first] = issues
  if (first === undefined) return
  throw new TenonError('WORKFLOW_INVALID', first.message, {
    remedy:
      'Start a worker with this node type, or set requireWorkers to false on the server: its runs then wait for one.',
    details: { issues: issues.slice(0, MAX_ISSUES) },
  })
}
