import type { Version } from '@tenon/core/api'
import { toInstant } from '../http/instant.ts'
import type { VersionSummaryRow } from '../tables/version-repository.ts'

/** The form of a version on the wire, without its document. */
export function presentVersion(row: VersionSummaryRow): Version {
  return {
    workflowId: row.workflow_id,
    version: row.version,
    notes: row.notes,
    contentHash: row.content_hash,
    behaviorHash: row.behavior_hash,
    publishedAt: toInstant(row.published_at),
    publishedBy: { userId: row.publisher_id, displayName: row.publisher_name },
  }
}
