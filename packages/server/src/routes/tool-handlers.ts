import { ROUTES } from '@tenon/core/api'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { listToolRows } from '../tables/tool-repository.ts'
import { presentTool } from '../tools/present-tool.ts'

const PAGE_SIZE = 100

export const toolHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listTools, async ({ server, identity: { tenantId }, query }) => {
    const limit = query.limit ?? PAGE_SIZE
    const page = { after: decodeCursor(query.cursor)?.id ?? null, name: query.name, limit }
    const rows = await server.database.withTenant(tenantId, (tx) => listToolRows(tx, tenantId, page))
    return { status: 200, json: pageOf(rows, limit, presentTool, ({ tool_name: id }) => ({ at: 0, id })) }
  }),
]
