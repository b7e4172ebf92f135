import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { changeFrameSchema } from '../schemas/service.ts'
import { NO_PARAMS, NO_QUERY } from './shared.ts'

const tag = 'Changes'

export const changeRoutes = {
  streamChanges: defineRoute({
    id: 'streamChanges',
    method: 'GET',
    path: '/changes/events',
    tag,
    summary: 'Stream hints of changes in the tenant as server-sent events, from now on',
    permission: 'workflow:read',
    rate: 'connect',
    resource: null,
    params: NO_PARAMS,
    query: NO_QUERY,
    body: null,
    responses: {
      200: { description: 'One hint per frame', schema: changeFrameSchema, contentType: 'text/event-stream' },
    },
    errors: [],
  }),
  followChanges: defineRoute({
    id: 'followChanges',
    method: 'WS',
    path: '/changes',
    tag,
    summary: 'Stream hints of changes in the tenant over a WebSocket, one per text frame, from now on',
    permission: 'workflow:read',
    rate: 'connect',
    resource: null,
    params: NO_PARAMS,
    query: z.object({ ticket: z.string().max(400).exactOptional() }),
    body: null,
    responses: { 101: { description: 'Frames of changes', schema: changeFrameSchema } },
    errors: [],
  }),
}
