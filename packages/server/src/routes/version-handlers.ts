import { ROUTES, type Version } from '@tenon/core/api'
import { decodeNumber, pageOf } from '../http/cursor.ts'
import { toInstant } from '../http/instant.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { presentDocument } from '../secrets/present-document.ts'
import { listVersionRows, type VersionSummaryRow } from '../tables/version-repository.ts'
import { publishVersion } from '../versions/publish-version.ts'

const DEFAULT_PAGE = 50

export const versionHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.publishVersion, async ({ server, identity, resource, body }) => {
    const workflowId = resource.workflow_id
    const { notes = '', ...rollout } = body
    const version = await publishVersion(server, { identity, workflowId, notes, rollout })
    return {
      status: 201,
      json: presentVersion(version),
      headers: { location: `${server.apiUrl}/workflows/${workflowId}/versions/${version.version}` },
    }
  }),

  implementRoute(ROUTES.listVersions, async ({ server, identity, resource, query }) => {
    const { tenantId } = identity
    const limit = query.limit ?? DEFAULT_PAGE
    const page = { below: decodeNumber(query.cursor), limit }
    const rows = await server.database.withTenant(tenantId, (tx) =>
      listVersionRows(tx, tenantId, resource.workflow_id, page),
    )
    return {
      status: 200,
      json: pageOf(rows, limit, presentVersion, (row) => ({ at: row.number ?? 0, id: row.version })),
    }
  }),

  implementRoute(ROUTES.getVersion, async ({ server, identity, resource }) => ({
    status: 200,
    json: { ...presentVersion(resource), document: presentDocument(server, identity, JSON.parse(resource.document)) },
    // A version never changes, but what a reader sees of it depends on the role: another user of the same browser asks anew.
    headers: { 'cache-control': 'private, no-cache' },
  })),
]

/** The form of a version on the wire, without its document. */
function presentVersion(row: VersionSummaryRow): Version {
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
