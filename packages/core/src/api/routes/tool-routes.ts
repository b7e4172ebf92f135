import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema, textSchema } from '../schemas/common.ts'
import { toolInfoSchema } from '../schemas/tool.ts'
import { NO_PARAMS } from './shared.ts'

export const toolRoutes = {
  listTools: defineRoute({
    id: 'listTools',
    method: 'GET',
    path: '/tools',
    tag: 'Tools',
    summary: 'List the published workflows that are offered as tools, by name',
    // Without the right to start a run, tools are of no use.
    permission: 'run:start',
    resource: null,
    params: NO_PARAMS,
    query: z.object({ ...pageQuery, name: textSchema(64).exactOptional() }),
    body: null,
    responses: { 200: { description: 'A page of tools', schema: pageSchema(toolInfoSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
}
