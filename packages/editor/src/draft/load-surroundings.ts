import type { TenonClient, Workflow } from '@tenon/core/client'
import { createManifestIndex } from '../manifest/manifest-index.ts'

/** Loads the role of the person, the node types and the workflow, in parallel. */
export async function loadSurroundings(clientNow: () => TenonClient, workflowId: string, abortSignal: AbortSignal) {
  const client = clientNow()
  const [me, manifest, workflow] = await Promise.all([
    client.me({ abortSignal }),
    client.nodeManifest({ abortSignal }),
    client.workflows.get(workflowId, { abortSignal }),
  ])
  return { role: me.role, manifest: createManifestIndex(manifest), workflow: workflow satisfies Workflow }
}
