import { ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { StoredParked } from '@tenon/runtime'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { presentParked, presentParkedGroups } from '../parked/present-parked.ts'
import { resolveGroup } from '../parked/resolve-group.ts'
import { resolveOne } from '../parked/resolve-one.ts'

export const parkedHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listParked, async ({ server, identity: { tenantId }, query }) => {
    const page = await server.reader.listParked(tenantId, query)
    const items = await presentParked(server, tenantId, page.items)
    return { status: 200, json: { items, nextCursor: page.nextCursor } }
  }),

  implementRoute(ROUTES.listParkedGroups, async ({ server, identity: { tenantId }, query }) => {
    const page = await server.reader.listParkedGroups(tenantId, query)
    const items = await presentParkedGroups(server, tenantId, page.items)
    return { status: 200, json: { items, nextCursor: page.nextCursor } }
  }),

  implementRoute(ROUTES.resolveParked, async ({ server, identity, resource, body }) => {
    const { tenantId, parkedId } = resource
    const outcome = await resolveOne(server, identity, resource, body)
    if (outcome === 'closed') throw await closed(() => server.reader.getParked(tenantId, parkedId))
    const parked = outcome === 'not_found' ? null : await server.reader.getParked(tenantId, parkedId)
    if (parked === null) throw new TenonError('PARKED_NOT_FOUND', 'No parked node run has this id')
    const [json] = await presentParked(server, tenantId, [parked])
    return { status: 200, json }
  }),

  implementRoute(ROUTES.resolveParkedGroup, async ({ server, identity, body }) => ({
    status: 200,
    json: await resolveGroup(server, identity, body),
  })),
]

/** Returns the error for a resolution that came too late, with the person who was first. */
async function closed(read: () => Promise<Pick<StoredParked, 'status' | 'resolution'> | null>): Promise<TenonError> {
  const parked = await read()
  // The end of the run has overtaken the decision about a canceled one.
  const resolution = parked?.status === 'resolved' ? parked.resolution : null
  const by = resolution?.actor?.displayName
  const message =
    resolution === null
      ? 'The run of this node was canceled or has ended'
      : `The node run was resolved by ${by ?? 'the system'} with "${resolution.kind}"`
  return new TenonError('PARKED_CLOSED', message)
}
