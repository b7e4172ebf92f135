import { isJsonObject, type JsonSchema, type WorkflowId, type WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { EditorState } from '../store/editor-state.ts'

type Draft = Pick<EditorState, 'document' | 'manifest' | 'runOutputs'>

/**
 * Returns a draft in which the nodes that run a workflow have types of their own, whose member `output` has the schema of
 * what that workflow puts out: for completion. The draft itself is unchanged.
 */
export function withRunOutputs({ document, manifest, runOutputs }: Draft) {
  if (runOutputs.size === 0) return { document, manifest: manifest.manifest }
  const types = new Map<string, NodeManifestEntry>()
  const typed = (node: WorkflowNode): WorkflowNode => {
    const entry = manifest.entryOf(node)
    const { workflow, wait } = node.params
    const schema = runOutputs.get(String(workflow))
    if (entry?.control !== 'child' || schema === undefined || wait === false) return node
    const own = ownType(entry, String(workflow), schema)
    types.set(own.type, own)
    return { ...node, type: own.type, typeVersion: own.version }
  }
  const nodes = document.nodes.map(typed)
  const { hash, nodes: entries } = manifest.manifest
  return { document: { ...document, nodes }, manifest: { hash, nodes: [...entries, ...types.values()] } }
}

function ownType(entry: NodeManifestEntry, workflowId: WorkflowId, schema: JsonSchema): NodeManifestEntry {
  const outputs = Object.entries(entry.outputs).map(
    ([port, described]) => [port, withOutput(described, schema)] as const,
  )
  return { ...entry, type: `${entry.type}/${workflowId}`, outputs: Object.fromEntries(outputs) }
}

/** Gives the member `output` of a described output its schema; other outputs are unchanged. */
function withOutput(described: NodeManifestEntry['outputs'][string], schema: JsonSchema) {
  if (typeof described === 'boolean' || 'fromParam' in described) return described
  const { properties } = described
  if (!isJsonObject(properties) || !('output' in properties)) return described
  return { ...described, properties: { ...properties, output: schema } }
}
