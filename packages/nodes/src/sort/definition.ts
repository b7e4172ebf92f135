import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fieldParam, listParam, MOST_ROWS } from '../shared/list-params.ts'

/** Sorts the items of a list. */
export const sort = defineNode({
  type: 'sort',
  version: 1,
  title: 'Sort',
  description: 'Order a list',
  icon: 'M4 6h16M4 12h11M4 18h6',
  category: 'data',
  inline: true,
  params: z.object({
    items: listParam,
    by: z
      .array(
        z.object({
          field: fieldParam,
          direction: z
            .enum(['ascending', 'descending'])
            .default('ascending')
            .meta({ title: 'Direction', control: 'select', literal: true }),
        }),
      )
      .min(1)
      .max(MOST_ROWS)
      .default([{ field: '', direction: 'ascending' }])
      .meta({
        title: 'Sort by',
        description:
          'The first field decides; the next ones, where it is equal. The values of a field are all numbers, all dates or all texts. Items without one come last.',
        control: 'list',
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'items', as: 'list' } },
  summary: 'Sorts {items}',
  effect: 'none',
})
