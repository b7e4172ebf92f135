import type { TenonClient, Workflow } from '@tenon/core/client'
import { withoutSecrets } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'

/**
 * Creates a workflow with the draft of another. Secrets belong to the workflow for which they were set, so they are
 * missing in the copy, which its editor reports as problems.
 *
 * @throws {@link TenonError} `QUOTA_EXCEEDED`.
 */
export async function duplicateWorkflow(client: TenonClient, original: Workflow): Promise<Workflow> {
  const { document } = await client.drafts.get(original.id)
  return client.workflows.create({
    name: `${cutText(original.name, MAX_NAME - SUFFIX.length)}${SUFFIX}`,
    description: original.description,
    document: {
      ...document,
      nodes: document.nodes.map((node) => ({ ...node, params: withoutSecrets(node.params) })),
    },
  })
}

const MAX_NAME = 200
const SUFFIX = ' (copy)'
