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

/** Text of an input to begin with, if settings of a workflow read fields that the schema of its trigger lacks. */
export function inputOfSettings({ settings }: WorkflowDocument, schema: JsonSchema): string | null {
  const properties = isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {}
  if (settings.batching !== undefined && properties['items'] === undefined) return '{\n  "items": []\n}'
  const { concurrency, rate, dedupe, debounce, batching } = settings
  const keys = [concurrency?.key, rate?.key, dedupe?.key, debounce?.key, batching?.key]
  return Object.keys(properties).length === 0 && keys.some((key) => READS_INPUT.test(key ?? '')) ? '{}' : null
}

const READS_INPUT = /\binput\b/

const ANY_INPUT: JsonSchema = Object.freeze({ type: 'object', properties: {} })

/**
 * Returns the triggers of a workflow at which a person starts runs, in document order; a run starts at the first by
 * default. Those that only messages start, such as webhooks, are left out.
 */
export function startPoints(document: WorkflowDocument, manifest: NodeManifest): readonly StartPoint[] {
  const index = createManifestIndex(manifest)
  return document.nodes
    .filter((node) => {
      const entry = index.entryOf(node)
      return node.disabled !== true && entry?.control === 'trigger' && entry.trigger === undefined
    })
    .map((node) => {
      const schema = node.params['inputSchema']
      return { nodeId: node.id, name: node.name, schema: isJsonObject(schema) ? schema : ANY_INPUT }
    })
}
