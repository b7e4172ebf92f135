import { defineNode, eventParams } from '@tenon/core/node'

/** Starts a run for each event of a type that arrives for the tenant. */
export const event = defineNode({
  type: 'event',
  version: 1,
  title: 'Event',
  description: 'Begin with an event',
  icon: 'M13 3.5 5.5 13.5H11L10 20.5l8-10.5h-5.5L13 3.5z',
  category: 'trigger',
  control: 'trigger',
  trigger: 'event',
  inline: true,
  params: eventParams,
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'schema', as: 'event' } },
  summary: 'Starts when {eventType} happens',
  effect: 'none',
})
