import type { Identity } from '@tenon/core/api'
import type { WorkflowId } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import type { VersionRow } from '../tables/server-tables.ts'
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
    // No address starts runs of a tried draft.
    triggers:
      number === null
        ? null
        : JSON.stringify(versionTriggersOf(server.registry.manifest, JSON.parse(prepared.document))),
    published_at: server.now(),
    publisher_id: identity.userId,
    publisher_name: identity.displayName,
  }
}
