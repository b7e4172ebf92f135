import {
  isJsonObject,
  type JsonSchema,
  type NodeId,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import { handInputSchema, type NodeManifest } from '@tenon/core/node'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

/** A trigger at which a person can start a run, with the schema of its input. */
export interface StartPoint {
  /** Trigger to pass as `trigger` when the run is started. */
  readonly nodeId: NodeId
  /** Name of the trigger in the workflow. */
  readonly name: string
  /** JSON Schema of the input that the trigger accepts. */
  readonly schema: JsonSchema
  /** Type of the events that start runs at the trigger; absent for other triggers. */
  readonly eventType?: string
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

/** Returns the enabled start nodes of a workflow, in document order: other workflows start its runs at the first. */
export function startNodes(document: WorkflowDocument, manifest: NodeManifest): readonly StartPoint[] {
  return enabledTriggers(document, manifest).flatMap(({ node, kind }) =>
    kind === undefined ? [{ nodeId: node.id, name: node.name, schema: inputSchemaOf(node) }] : [],
  )
}

/**
 * Returns the triggers of a workflow at which a person can start runs: start nodes first, then schedules and events, each in
 * document order. A run starts at the first by default. Webhooks, which only messages start, are left out.
 */
export function startPoints(document: WorkflowDocument, manifest: NodeManifest): readonly StartPoint[] {
  const others = enabledTriggers(document, manifest).flatMap(({ node, kind }) => {
    const schema = kind === undefined ? null : handInputSchema(kind, node.params)
    if (schema === null) return []
    const { eventType } = node.params
    const event = kind === 'event' && typeof eventType === 'string' ? { eventType } : {}
    return [{ nodeId: node.id, name: node.name, schema, ...event }]
  })
  return [...startNodes(document, manifest), ...others]
}

function enabledTriggers(document: WorkflowDocument, manifest: NodeManifest) {
  const index = createManifestIndex(manifest)
  return document.nodes.flatMap((node) => {
    const entry = index.entryOf(node)
    return node.disabled !== true && entry?.control === 'trigger' ? [{ node, kind: entry.trigger }] : []
  })
}

function inputSchemaOf({ params }: WorkflowNode): JsonSchema {
  const schema = params['inputSchema']
  return isJsonObject(schema) ? schema : ANY_INPUT
}
