import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { textSchema } from '../schemas/common.ts'
import { memberListSchema } from '../schemas/member.ts'
import { NO_PARAMS } from './shared.ts'

export const memberRoutes = {
  listMembers: defineRoute({
    id: 'listMembers',
    method: 'GET',
    path: '/members',
    tag: 'Members',
    summary: 'Find people of the tenant by name, or look them up by id; at most 20, from the host',
    permission: 'member:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({
      query: textSchema(200).exactOptional(),
      userIds: textSchema(8_000)
        .meta({ description: 'At most 20 ids, each percent-encoded, joined by commas; `query` is ignored then' })
        .exactOptional(),
    }),
    body: null,
    responses: { 200: { description: 'The people that were found', schema: memberListSchema } },
    errors: [],
  }),
}
