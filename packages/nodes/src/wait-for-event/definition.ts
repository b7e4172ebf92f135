import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { matchKeyParam, payloadSchemaParam, timeLimitParam, timeoutOutput } from '../shared/event-params.ts'
import { requiredText } from '../shared/params.ts'

/** Waits for an event that the host sends, by its name and a correlation key. */
export const waitForEvent = defineNode({
  type: 'wait-for-event',
  version: 1,
  title: 'Wait for an event',
  description: 'Continue when something happens',
  icon: 'M12 3.5v3M5.6 6.1l2 2M18.4 6.1l-2 2M3.5 12.5h3M17.5 12.5h3M12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM9 20.5h6',
  category: 'flow',
  control: 'event',
  inline: true,
  params: z.object({
    eventName: requiredText(200).meta({
      title: 'Event',
      description: 'Name of the event, as the host sends it.',
      control: 'text',
      placeholder: 'order.paid',
    }),
    key: matchKeyParam.meta({
      title: 'Key',
      description: 'The run waits for the event with this key, such as the id of an order.',
      control: 'text',
      placeholder: '{{input.order_id}}',
    }),
    schema: payloadSchemaParam('Payload of the event. The nodes that follow can read these fields.'),
    timeout: timeLimitParam,
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'timeout', title: 'timeout', description: 'The event did not come in time' },
  ],
  outputs: { success: { fromParam: 'schema' }, timeout: timeoutOutput },
  summary: 'Waits for {eventName}',
  effect: 'none',
})
