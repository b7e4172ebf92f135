import { ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { askDirectory, lookUpMembers, MOST_MEMBERS } from '../members/member-directory.ts'

export const memberHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listMembers, async ({ server: { members }, identity: { tenantId }, query }) => {
    const userIds = query.userIds === undefined ? null : idsIn(query.userIds)
    if (members === null) return { status: 200, json: { items: [], isAvailable: false } }
    const found =
      userIds === null
        ? await askDirectory(() => members.search({ tenantId, query: query.query ?? '', limit: MOST_MEMBERS }))
        : await lookUpMembers(members, tenantId, userIds)
    return { status: 200, json: { items: found.slice(0, MOST_MEMBERS), isAvailable: true } }
  }),
]

function idsIn(text: string): readonly string[] {
  let userIds: readonly string[]
  try {
    userIds = text.split(',').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw invalidIds('Percent-encode each id of userIds')
  }
  if (userIds.length > MOST_MEMBERS) {
    throw invalidIds(`userIds has ${userIds.length} ids, at most ${MOST_MEMBERS} are allowed`)
  }
  return userIds
}

function invalidIds(message: string): TenonError {
  return new TenonError('REQUEST_INVALID', message, {
    details: { issues: [{ path: ['userIds'], code: 'invalid_value', message }] },
  })
}
