import type { Identity } from '@tenon/core/api'
import type { WorkflowDocument, WorkflowId } from '@tenon/core/document'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import type { VersionRow } from '../tables/server-tables.ts'
import { versionToolOf } from '../tools/version-tool.ts'
import { versionTriggersOf } from '../triggers/put-version-triggers.ts'
import type { PreparedVersion } from './prepare-version.ts'

/** Parts of a new version. */
export interface Freezing {
  readonly workflowId: WorkflowId
  readonly identity: Identity
  readonly prepared: PreparedVersion
  /** Null for a tried draft. */
  readonly number: number | null
  readonly notes: string
}

/**
 * Makes a version of a prepared draft, pinned by the hashes of everything that it refers to. Nothing of it changes
 * later, whatever happens to the draft or to the node types.
 */
export function freezeDraft(server: ServerContext, freezing: Freezing): VersionRow {
  const { prepared, identity, number } = freezing
  return {
    tenant_id: identity.tenantId,
    workflow_id: freezing.workflowId,
    version: number === null ? `test:${crypto.randomUUID()}` : String(number),
    number,
    notes: freezing.notes,
    content_hash: prepared.contentHash,
    behavior_hash: prepared.behaviorHash,
    document: prepared.document,
    plan: prepared.plan,
    lockfile: prepared.lockfile,
    ...startsOf(server, freezing),
    published_at: server.now(),
    publisher_id: identity.userId,
    publisher_name: identity.displayName,
  }
}

/** Returns by what runs of the version start, apart from requests that name it; no address and no tool is that of a tried draft. */
function startsOf(
  { registry }: ServerContext,
  { number, prepared }: Freezing,
): Pick<VersionRow, 'triggers' | 'tool_name' | 'tool'> {
  if (number === null) return { triggers: null, tool_name: null, tool: null }
  const document = JSON.parse(prepared.document) as WorkflowDocument
  const { tool: offered } = document.settings
  const tool = offered === undefined ? null : versionToolOf(offered, JSON.parse(prepared.plan) as Plan)
  return {
    triggers: JSON.stringify(versionTriggersOf(registry.manifest, document)),
    tool_name: tool?.name ?? null,
    tool: tool === null ? null : JSON.stringify(tool),
  }
}
