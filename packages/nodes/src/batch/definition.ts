import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { listParam } from '../shared/list-params.ts'

/** Splits a list into lists of a given size. */
export const batch = defineNode({
  type: 'batch',
  version: 1,
  title: 'Split into batches',
  description: 'Cut a long list',
  icon: 'M4 5h16M4 9h16M4 15h16M4 19h16',
  category: 'data',
  inline: true,
  params: z.object({
    items: listParam,
    size: z.int().min(1).max(100_000).default(100).meta({
      title: 'Size',
      description: 'Most items of a batch. The last one may have fewer.',
      control: 'number',
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      batches: z.array(z.array(z.unknown())).meta({ description: 'The items in lists of the given size.' }),
    }),
  },
  summary: 'Batches of {size}',
  effect: 'none',
})
