import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fieldParam, listParam, MOST_ROWS, nameParam } from '../shared/list-params.ts'

/** Results over the items of a group. */
export const OPERATIONS = ['count', 'sum', 'average', 'min', 'max', 'first', 'last', 'list'] as const

/** Operations that read a field. */
const WITH_FIELD = OPERATIONS.filter((operation) => operation !== 'count')

/** Adds up a list, as a whole or in groups. */
export const aggregate = defineNode({
  type: 'aggregate',
  version: 1,
  title: 'Aggregate',
  description: 'Totals of a list',
  icon: 'M17.5 5H6l6.5 7L6 19h11.5',
  category: 'data',
  inline: true,
  params: z.object({
    items: listParam,
    groupBy: z
      .array(z.object({ name: nameParam, field: fieldParam }))
      .max(MOST_ROWS)

      .default([])
      .meta({
        title: 'Group by',
        description: 'One group for each combination of these fields. Without any, the whole list is one group.',
        control: 'list',
      }),
    values: z
      .array(
        z.object({
          name: nameParam,
          operation: z.enum(OPERATIONS).default('count').meta({ title: 'Operation', control: 'select', literal: true }),
          field: fieldParam.meta({ dependsOn: { param: 'operation', in: WITH_FIELD } }),
        }),
      )
      .min(1)
      .max(MOST_ROWS)

      .default([{ name: 'count', operation: 'count', field: '' }])
      .meta({
        title: 'Results',
        description: 'Items without the field are left out; count counts all of them. Sum and average take numbers.',
        control: 'list',
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      groups: z
        .array(z.record(z.string(), z.unknown()))
        .meta({ description: 'The results of each group, in the order in which the list names the groups.' }),
    }),
  },
  lint: [
    {
      code: 'AGGREGATE_NAME_TWICE',
      severity: 'error',
      when: 'length(unique(concat(pluck(params.groupBy, "name"), pluck(params.values, "name")))) < length(params.groupBy) + length(params.values)',
      message: 'Two groups or results have the same name',
      field: 'values',
    },
  ],
  summary: 'Totals of {items}',
  effect: 'none',
})
