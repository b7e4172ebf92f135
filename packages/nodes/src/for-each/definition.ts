import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Runs the nodes inside it once for each item of a list. */
export const forEach = defineNode({
  type: 'for-each',
  version: 1,
  title: 'For each',
  description: 'Loop over a list',
  icon: 'M17 3.5 20.5 7 17 10.5M20.5 7H8a4.5 4.5 0 0 0-4.5 4.5M7 20.5 3.5 17 7 13.5M3.5 17H16a4.5 4.5 0 0 0 4.5-4.5',
  category: 'flow',
  control: 'loop',
  inline: true,
  params: z.object({
    items: z.array(z.unknown()).meta({
      title: 'Items',
      description: 'The list. The nodes inside read its items as item, and their positions from 0 as index.',
      control: 'expression',
      placeholder: '{{input.orders}}',
    }),
    concurrency: z.int().min(1).max(500).default(1).meta({
      title: 'At the same time',
      description: 'Most items that run at the same time. The results keep the order of the list.',
      control: 'number',
    }),
    onFailure: z.enum(['fail', 'collect', 'ignore']).default('fail').meta({
      title: 'If an item fails',
      description:
        'With fail, no other item starts, and this node fails. With collect, the others run, and failures are listed. With ignore, the others run, and the results leave the failed items out.',
      control: 'select',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'done' }],
  outputs: {
    success: z.object({
      results: z.array(z.unknown()).meta({ description: 'Result of each item: the output of its last node.' }),
      failures: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
      stoppedAt: z
        .int()
        .nullable()
        .meta({ description: 'Index of the item that ended the loop with a break; null without one.' }),
    }),
  },
  summary: 'For each of {items}',
  effect: 'none',
})
