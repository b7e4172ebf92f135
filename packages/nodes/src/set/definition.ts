import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Adds named values to the input of later nodes. */
export const set = defineNode({
  type: 'set',
  version: 1,
  title: 'Set fields',
  description: 'Set named values',
  icon: 'M4 8h8.5M17.5 8H20M4 16h2.5M11.5 16H20M15 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9 13.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  category: 'data',
  inline: true,
  params: z.object({
    fields: z.record(z.string().min(1).max(128), z.unknown()).default({}).meta({
      title: 'Fields',
      description: 'Each one is added to the input of the nodes that follow; one of the same name is replaced.',
      control: 'key-value',
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'fields', as: 'values' } },
  summary: 'Sets {fields}',
  effect: 'none',
})
