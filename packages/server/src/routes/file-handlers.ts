import { type FileInfo, ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { StoredFile } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { contentResponse } from '../files/content-response.ts'
import type { LinkedFile } from '../files/file-links.ts'
import { toInstant } from '../http/instant.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { admitToken } from '../limits/admit-token.ts'
import { actorOf } from '../runs/start-run.ts'
import { auditHook, insertAudit } from '../tables/audit-repository.ts'

/** Time for which a link works unless the request says otherwise. */
const LINK_MS = 300_000

const downloadRoute = implementRoute(ROUTES.downloadFile, async ({ server, params, query, headers }) => {
  const { tenantId, fileId } = await readLink(server, params.token)
  const file = await server.files.find(tenantId, fileId)
  if (file === null) throw new TenonError('FILE_NOT_FOUND', 'The file was deleted')
  const isInline = query.inline === 'true'
  return contentResponse(file, { headers, isInline }, (range) => server.files.open(tenantId, file, range))
})

async function readLink({ fileLinks, now }: ServerContext, token: string): Promise<LinkedFile> {
  const linked = await fileLinks.read(token)
  if (linked === null || linked.expiresAt < now()) {
    throw new TenonError('FILE_LINK_INVALID', 'The link is not valid, or has expired')
  }
  return linked
}

export const fileHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.uploadFile, async ({ server, identity, query, body }) => {
    const { name, type = 'application/octet-stream' } = query
    const file = { name, type, createdBy: actorOf(identity), isStrict: true }
    return { status: 201, json: presentFile(await server.files.create(identity.tenantId, body, file)) }
  }),

  implementRoute(ROUTES.getFile, async ({ resource }) => ({ status: 200, json: presentFile(resource) })),

  implementRoute(ROUTES.getFileContent, async ({ server, identity: { tenantId }, resource, query, headers }) =>
    contentResponse(resource, { headers, isInline: query.inline === 'true' }, (range) =>
      server.files.open(tenantId, resource, range),
    ),
  ),

  implementRoute(ROUTES.createFileLink, async ({ server, identity, resource, body }) => {
    const { tenantId } = identity
    const expiresAt = server.now() + (body.expiresInMs ?? LINK_MS)
    const fileId = resource.ref.file
    const url = await server.fileLinks.urlOf({ tenantId, fileId, expiresAt })
    // A link is a permission that anyone can pass on.
    const details = { expiresAt: toInstant(expiresAt) }
    const entry = { identity, action: 'file.link', resource: fileId, at: server.now(), details } as const
    await server.database.withTenant(tenantId, (tx) => insertAudit(tx, entry))
    return { status: 200, json: { url, expiresAt: toInstant(expiresAt) } }
  }),

  implementRoute(ROUTES.deleteFile, async ({ server, identity, resource: { ref } }) => {
    const { tenantId } = identity
    const audit = auditHook({ identity, action: 'file.delete', resource: ref.file, at: server.now() })
    const outcome = await server.files.delete(tenantId, ref.file, audit)
    if (outcome === 'not_found') throw new TenonError('FILE_NOT_FOUND', 'No file has this id')
    if (outcome === 'in_use') throw new TenonError('FILE_IN_USE', 'Runs contain the file')
    return { status: 204 }
  }),

  {
    ...downloadRoute,
    admit: async (server, { token = '' }) => {
      const linked = await admitToken(server.limits.rates, '~files', token, server.fileLinks.read)
      if (linked === null) throw new TenonError('FILE_LINK_INVALID', 'The link is not valid, or has expired')
      return linked.tenantId
    },
  },
]

/** Describes a file for the API. */
function presentFile({ ref, hash, createdAt, createdBy }: StoredFile): FileInfo {
  return { ref, hash, createdAt: toInstant(createdAt), createdBy }
}
