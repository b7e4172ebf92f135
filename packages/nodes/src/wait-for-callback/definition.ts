import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { payloadSchemaParam, timeLimitParam, timeoutOutput } from '../shared/event-params.ts'

/** Waits for a request to a URL of its own, which earlier nodes give to another system. */
export const waitForCallback = defineNode({
  type: 'wait-for-callback',
  version: 1,
  title: 'Wait for a callback',
  description: 'Continue at a webhook',
  icon: 'M9 14.5 4.5 10 9 5.5M4.5 10H14a5.5 5.5 0 0 1 0 11h-2.5',
  category: 'flow',
  control: 'callback',
  inline: true,
  params: z.object({
    schema: payloadSchemaParam('Body of the request. The nodes that follow can read these fields.'),
    timeout: timeLimitParam,
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'timeout', title: 'timeout', description: 'The callback did not come in time' },
  ],
  outputs: { success: { fromParam: 'schema' }, timeout: timeoutOutput },
  summary: 'Waits for a request to its URL',
  effect: 'none',
})
