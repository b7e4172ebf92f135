import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { jsonObjectSchema, pageQuery, pageSchema, textSchema } from '../schemas/common.ts'
import { acceptedCallbackSchema, eventWaitSchema, sendEventSchema, sentEventSchema } from '../schemas/event.ts'
import { NO_PARAMS, NO_QUERY, RUN_INPUT_BYTES } from './shared.ts'

const tag = 'Events'

export const eventRoutes = {
  sendEvent: defineRoute({
    id: 'sendEvent',
    method: 'POST',
    path: '/events',
    tag,
    summary: 'Send an event to every run that waits for its name and key, or keep it for the next one',
    permission: 'event:send',
    rate: 'start',
    resource: null,
    params: NO_PARAMS,
    query: NO_QUERY,
    body: sendEventSchema,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: { 202: { description: 'The event is stored', schema: sentEventSchema } },
    errors: [
      'EVENT_ID_USED',
      'EVENT_PAYLOAD_INVALID',
      'EVENT_BUFFER_FULL',
      'PAYLOAD_LIMIT_REACHED',
      'VALUE_NOT_JSON',
      'VALUE_TOO_LARGE',
    ],
  }),
  listEventWaits: defineRoute({
    id: 'listEventWaits',
    method: 'GET',
    path: '/event-waits',
    tag,
    summary: 'List the waits for events and callbacks, newest first',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({
      ...pageQuery,
      runId: textSchema(400).exactOptional(),
      workflowId: textSchema(400).exactOptional(),
      status: z.enum(['open', 'closed']).exactOptional(),
    }),
    body: null,
    responses: { 200: { description: 'A page of waits', schema: pageSchema(eventWaitSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  receiveCallback: defineRoute({
    id: 'receiveCallback',
    method: 'POST',
    path: '/callbacks/{token}',
    tag,
    summary: 'Continue the run that waits for this callback URL; the URL itself is the permission',
    permission: 'public',
    rate: 'callback',
    resource: null,
    params: z.object({ token: z.string().min(1).max(2_000) }),
    query: NO_QUERY,
    body: jsonObjectSchema,
    bodyOptional: true,
    responses: { 202: { description: 'The callback is stored', schema: acceptedCallbackSchema } },
    errors: [
      'CALLBACK_NOT_FOUND',
      'CALLBACK_USED',
      'CALLBACK_GONE',
      'EVENT_PAYLOAD_INVALID',
      'EVENT_BUFFER_FULL',
      'PAYLOAD_LIMIT_REACHED',
      'VALUE_NOT_JSON',
      'VALUE_TOO_LARGE',
      'RATE_LIMITED',
    ],
  }),
}
