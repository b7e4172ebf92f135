import type { Workflow } from '@tenon/core/client'
import { isJsonObject, type JsonSchema, type WorkflowDocument, type WorkflowId } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import { startNodes } from '../runs/form/start-schema.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { createWorkflowDirectory, type Lookup, type WorkflowDirectory } from './workflow-directory.ts'

/** Returns the directory of a tenant, which the first reader creates. */
function directoryOf({ client, directory }: TenantWorkflows): WorkflowDirectory {
  directory.current ??= createWorkflowDirectory(client)
  return directory.current
}

/** Returns a workflow of the tenant, deleted ones included; `null` without an id. */
export function useWorkflow(workflows: TenantWorkflows, workflowId: WorkflowId): Lookup<Workflow> | null {
  const directory = directoryOf(workflows)
  const read = useCallback(() => (workflowId === '' ? null : directory.workflow(workflowId)), [directory, workflowId])
  return useSyncExternalStore(directory.subscribe, read, read)
}

/** Input that the live version of a workflow takes. */
export type WorkflowInputSchema =
  | { readonly kind: 'loading' }
  /** Schema of the start of the version; `null` if the workflow has no version, or its trigger has no schema. */
  | { readonly kind: 'known'; readonly schema: JsonSchema | null }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Returns the input that the live version of a workflow takes. */
export function useInputSchema(workflows: TenantWorkflows, workflowId: WorkflowId): WorkflowInputSchema {
  const directory = directoryOf(workflows)
  const workflow = useWorkflow(workflows, workflowId)
  const version = workflow?.kind === 'found' ? workflow.value.liveVersion : null
  const read = useCallback(
    () => (version === null ? null : directory.version(workflowId, version)),
    [directory, workflowId, version],
  )
  const published = useSyncExternalStore(directory.subscribe, read, read)
  const manifest = useEditorStore((state) => state.manifest.manifest)
  return useMemo(() => {
    const state = published ?? workflow
    if (state?.kind === 'loading') return LOADING
    if (state?.kind === 'failed') return state
    if (published?.kind !== 'found') return UNKNOWN
    return { kind: 'known', schema: inputSchemaOf(published.value.document, manifest) }
  }, [workflow, published, manifest])
}

const UNKNOWN: WorkflowInputSchema = Object.freeze({ kind: 'known', schema: null })
const LOADING: WorkflowInputSchema = Object.freeze({ kind: 'loading' })

/** Returns the schema of the first trigger that is enabled, at which the runs start; `null` if it describes no fields. */
function inputSchemaOf(document: WorkflowDocument, manifest: NodeManifest): JsonSchema | null {
  const [first] = startNodes(document, manifest)
  if (!isJsonObject(first?.schema)) return null
  const { schema } = first
  return isJsonObject(schema.properties) && Object.keys(schema.properties).length > 0 ? schema : null
}
