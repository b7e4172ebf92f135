import type { TenonClient } from '@tenon/core/client'
import type { JsonSchema, WorkflowId } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'
import { runOutputSchema } from '@tenon/core/validate'

/** Schemas of what the runs of workflows put out, by workflow id. */
export type RunOutputs = ReadonlyMap<WorkflowId, JsonSchema>

type OutputsClient = Pick<TenonClient, 'workflows' | 'versions'>
type ReadOutputs = (workflowIds: ReadonlySet<WorkflowId>, manifest: NodeManifest) => Promise<RunOutputs>

/**
 * Creates a function that reads what the runs of workflows put out: those of their live versions, each of which is read
 * once. Workflows that cannot be read, or have no version, are left out.
 */
export function createOutputReader(client: () => OutputsClient): ReadOutputs {
  const known = new Map<string, JsonSchema>()
  const read = async (workflowId: WorkflowId, manifest: NodeManifest): Promise<JsonSchema | null> => {
    const { liveVersion: version } = await client().workflows.get(workflowId)
    if (version === null) return null
    const key = JSON.stringify([workflowId, version, manifest.hash])
    const schema =
      known.get(key) ?? runOutputSchema((await client().versions.get(workflowId, version)).document, manifest)
    known.set(key, schema)
    return schema
  }
  return async (workflowIds, manifest) => {
    const entries = await Promise.all(
      [...workflowIds].map(async (id) => [id, await read(id, manifest).catch(() => null)] as const),
    )
    return new Map(entries.flatMap(([id, schema]) => (schema === null ? [] : [[id, schema] as const])))
  }
}
