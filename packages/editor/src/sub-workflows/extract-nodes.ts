import type { TenonClient } from '@tenon/core/client'
import type { NodeId, WorkflowId } from '@tenon/core/document'
import { type Extraction, type ExtractionPlan, planExtraction } from '@tenon/core/validate'
import type { EditorSession } from '../session/session-types.ts'

/** Plans to extract nodes of the draft as it is now. */
export function planNow(
  { store }: Pick<EditorSession, 'store'>,
  nodeIds: readonly NodeId[],
  name: string,
): ExtractionPlan {
  const { document, manifest } = store.getState()
  return planExtraction(document, manifest.manifest, { nodeIds, name })
}

/** Workflow that an attempt to extract nodes has created. */
export interface CreatedWorkflow {
  readonly id: WorkflowId
  readonly name: string
  /** Document of the workflow as text. */
  readonly text: string
  readonly isPublished: boolean
}

interface ExtractOptions {
  readonly client: Pick<TenonClient, 'workflows' | 'versions'>
  readonly session: Pick<EditorSession, 'store' | 'dispatch'>
  readonly nodeIds: readonly NodeId[]
  readonly name: string
  readonly extraction: Extraction
  /** Workflow of an earlier attempt, which is used if it is the same. */
  readonly created: CreatedWorkflow | null
  /** Called as soon as something was created or published. */
  readonly onCreated: (created: CreatedWorkflow) => void
}

/**
 * Creates and publishes the workflow of an extraction, and then replaces the nodes in one undo step.
 *
 * @returns `false` if the draft has changed so that the workflow does not fit any more. The draft is unchanged then, as
 * after a failure.
 * @throws the error of the server.
 */
export async function extractNodes(options: ExtractOptions): Promise<boolean> {
  const { client, session, nodeIds, name, extraction, onCreated } = options
  const text = JSON.stringify(extraction.document)
  let { created } = options
  if (created === null || created.text !== text || created.name !== name) {
    const { id } = await client.workflows.create({ name, document: extraction.document })
    created = { id, name, text, isPublished: false }
    onCreated(created)
  }
  if (!created.isPublished) {
    await client.versions.publish(created.id)
    created = { ...created, isPublished: true }
    onCreated(created)
  }
  // Others may have edited the draft while the server stored the workflow.
  const now = planNow(session, nodeIds, name)
  if (!now.ok || JSON.stringify(now.extraction.document) !== text) return false
  const { callId, nodeIds: moved, operations } = now.extraction
  const command = { type: 'extract', operations: operations(created.id), callId, count: moved.length, name } as const
  return session.dispatch(command).ok
}
