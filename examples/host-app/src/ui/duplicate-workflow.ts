import type { TenonClient, Workflow } from '@tenon/core/client'
import { isSecretMarker, type WorkflowDocument } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'

/**
 * Creates a workflow with the draft of another. Secrets belong to the workflow for which they were set, so the copy has
 * none of them.
 *
 * @throws {@link TenonError} `QUOTA_EXCEEDED`.
 */
export async function duplicateWorkflow(client: TenonClient, original: Workflow): Promise<Workflow> {
  const { document } = await client.drafts.get(original.id)
  return client.workflows.create({
    name: `${cutText(original.name, MAX_NAME - SUFFIX.length)}${SUFFIX}`,
    description: original.description,
    document: withoutSecrets(document),
  })
}

const MAX_NAME = 200
const SUFFIX = ' (copy)'

/** Removes the markers of secret params. */
function withoutSecrets(document: WorkflowDocument): WorkflowDocument {
  const nodes = document.nodes.map((node) => ({
    ...node,
    params: Object.fromEntries(Object.entries(node.params).filter(([, value]) => !isSecretMarker(value))),
  }))
  return { ...document, nodes }
}
