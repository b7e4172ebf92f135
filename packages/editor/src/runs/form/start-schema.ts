import { isJsonObject, type JsonSchema, type NodeId, type WorkflowDocument } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

/** A trigger at which a person can start a run, with the schema of its input. */
export interface StartPoint {
  /** Trigger to pass as `trigger` when the run is started. */
  readonly nodeId: NodeId
  /** Name of the trigger in the workflow. */
  readonly name: string
  /** JSON Schema of the input that the trigger accepts. */
  readonly schema: JsonSchema
}

const ANY_INPUT: JsonSchema = Object.freeze({ type: 'object', properties: {} })

/** Returns the triggers of a workflow in document order; a run starts at the first by default. */
export function startPoints(document: WorkflowDocument, manifest: NodeManifest): readonly StartPoint[] {
  const index = createManifestIndex(manifest)
  return document.nodes
    .filter((node) => node.disabled !== true && index.entryOf(node)?.control === 'trigger')
    .map((node) => {
      const schema = node.params['inputSchema']
      return { nodeId: node.id, name: node.name, schema: isJsonObject(schema) ? schema : ANY_INPUT }
    })
}
