import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fieldParam, listParam, MOST_ROWS } from '../shared/list-params.ts'
import { comparedParam, operatorParam } from '../shared/operators.ts'

/** Keeps the items of a list for which conditions hold. */
export const filter = defineNode({
  type: 'filter',
  version: 1,
  title: 'Filter',
  description: 'Keep matching items',
  icon: 'M3.5 5h17l-6.5 8v6l-4 1.5V13z',
  category: 'data',
  inline: true,
  params: z.object({
    items: listParam,
    match: z.enum(['all', 'any']).default('all').meta({
      title: 'Keep an item if',
      description: 'With all, every condition has to hold; with any, one of them.',
      control: 'select',
      literal: true,
    }),
    conditions: z
      .array(
        z.object({
          field: fieldParam,
          operator: operatorParam,
          value: comparedParam,
        }),
      )
      .min(1)
      .max(MOST_ROWS)
      .default([{ field: '', operator: 'exists' }])
      .meta({
        title: 'Conditions',
        description: 'An item without the field has no value there: only != holds for it.',
        control: 'list',
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'items', as: 'list' } },
  summary: 'Filters {items}',
  effect: 'none',
})
