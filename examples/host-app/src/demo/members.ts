import type { MemberDirectory } from '@tenon/server'
import { PEOPLE } from './people.ts'

const peopleOf = (tenantId: string) =>
  PEOPLE.filter((person) => person.tenantId === tenantId).map(({ userId, displayName, title }) => ({
    userId,
    displayName,
    detail: title,
  }))

/** The people of the demo companies, each found within their own company only. */
export const demoMembers: MemberDirectory = {
  search: async ({ tenantId, query, limit }) =>
    peopleOf(tenantId)
      .filter(({ displayName }) => displayName.toLowerCase().includes(query.toLowerCase()))
      .slice(0, limit),
  lookUp: async ({ tenantId, userIds }) => peopleOf(tenantId).filter(({ userId }) => userIds.includes(userId)),
}
