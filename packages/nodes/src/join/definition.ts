import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Waits for branches, as its join mode defines. */
export const join = defineNode({
  type: 'join',
  version: 1,
  title: 'Join',
  description: 'Wait for branches',
  icon: 'M6 3.5 12 11M18 3.5 12 11M12 11v9M8.5 16.5 12 20l3.5-3.5',
  category: 'flow',
  control: 'join',
  inline: true,
  params: z.object({}),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  summary: 'Continues when its branches have arrived',
  effect: 'none',
})
