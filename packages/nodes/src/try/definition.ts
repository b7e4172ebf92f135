import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Runs the nodes inside it once, and continues on a port of its own if one of them fails. */
export const tryDefinition = defineNode({
  type: 'try',
  version: 1,
  title: 'Try and catch',
  description: 'Catch failures of nodes',
  icon: 'M12 3.5 19.5 6v5.5c0 4.5-3 7.8-7.5 9-4.5-1.2-7.5-4.5-7.5-9V6zM12 8v4.5M12 15.5v.5',
  category: 'flow',
  control: 'scope',
  inline: true,
  params: z.object({}),
  ports: [
    { name: 'success', title: 'done', description: 'All nodes inside have ended.' },
    { name: 'failed', title: 'failed', description: 'A node inside has failed; the others were canceled.' },
  ],
  outputs: {
    success: z.object({ result: z.unknown().meta({ description: 'Output of the last node inside.' }) }),
    failed: z.object({ code: z.string(), message: z.string() }),
  },
  summary: 'Catches failures',
  effect: 'none',
})
