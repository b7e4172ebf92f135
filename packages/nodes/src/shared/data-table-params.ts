import { COLUMN_TYPES, DATA_OPERATORS, type DataCondition } from '@tenon/core/node'
import { z } from 'zod'

/** Data table of a node, with the columns that it had when it was chosen: the nodes that follow know them by these. */
export const tableParam = z
  .object({
    id: z.string().min(1, 'Choose a data table').max(100),
    name: z.string().max(100).default(''),
    columns: z
      .array(z.object({ name: z.string().max(63), type: z.enum(COLUMN_TYPES) }))
      .max(100)
      .default([]),
  })
  .meta({ title: 'Data table', control: 'data-table', literal: true })

const columnMeta = { title: 'Column', control: 'data-column', literal: true } as const

/** Conditions on the rows of the table. */
export const whereParam = z
  .array(
    z.object({
      column: z.string().min(1, 'Choose a column').max(63).meta(columnMeta),
      operator: z.enum(DATA_OPERATORS).default('==').meta({ title: 'Comparison', control: 'select', literal: true }),
      value: z
        .unknown()
        .optional()
        .meta({
          title: 'Compared with',
          control: 'expression',
          dependsOn: { param: 'operator', in: DATA_OPERATORS.filter((operator) => operator !== 'exists') },
        }),
    }),
  )
  .max(20)
  .default([])

export const matchParam = z.enum(['all', 'any']).default('all').meta({
  title: 'A row matches if',
  description: 'With all, every condition has to hold; with any, one of them.',
  control: 'select',
  literal: true,
})

export const sortColumnParam = z.string().max(63).default('').meta({
  title: 'Sort by',
  description: 'Without a column, rows are in the order in which they were added.',
  control: 'data-column',
  literal: true,
})

/** Params contain JSON only. */
export function conditionsOf(where: z.output<typeof whereParam>): readonly DataCondition[] {
  return where.map((condition) => condition as DataCondition)
}
