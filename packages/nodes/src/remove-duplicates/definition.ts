import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fieldParam, listParam, MOST_ROWS } from '../shared/list-params.ts'

/** Keeps one of the items of a list that are equal. */
export const removeDuplicates = defineNode({
  type: 'remove-duplicates',
  version: 1,
  title: 'Remove duplicates',
  description: 'Keep equal items once',
  icon: 'M4 4h11v11H4zM9 15v5h11V9h-5M12.5 14.5l4 0',
  category: 'data',
  inline: true,
  params: z.object({
    items: listParam,
    by: z
      .array(z.object({ field: fieldParam }))
      .min(1)
      .max(MOST_ROWS)
      .default([{ field: '' }])
      .meta({
        title: 'Equal by',
        description: 'Items are duplicates if all of these fields are equal.',
        control: 'list',
      }),
    keep: z.enum(['first', 'last']).default('first').meta({
      title: 'Keep',
      description: 'Which of the equal items stays. The others keep their order.',
      control: 'select',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'items', as: 'list' } },
  summary: 'Removes duplicates of {items}',
  effect: 'none',
})
