import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { matchParam, tableParam, whereParam } from '../shared/data-table-params.ts'

const ADDING = ['insert', 'upsert']
const MATCHING = ['update', 'delete']

/** Changes rows of a data table of the tenant, exactly once for each node run. */
export const dataTableWrite = defineNode({
  type: 'data-table-write',
  version: 1,
  title: 'Change rows',
  description: 'Write a data table',
  icon: 'M4 5h16v6M4 5v14h8M4 10h16M9.5 5v14M15 20l1-3 5-5 2 2-5 5z',
  category: 'data',
  params: z.object({
    table: tableParam,
    operation: z.enum(['insert', 'upsert', 'update', 'delete']).default('insert').meta({
      title: 'Operation',
      description: 'Upsert changes the row with the same value in the key column of the table, or adds one.',
      control: 'select',
      literal: true,
    }),
    values: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        title: 'Values',
        description: 'By the names of the columns; null removes a value.',
        control: 'data-values',
        dependsOn: { param: 'operation', in: ['insert', 'upsert', 'update'] },
      }),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .max(1_000)
      .optional()
      .meta({
        title: 'List of rows',
        description: 'An expression that gives a list of objects. Each becomes a row, with the values above added.',
        control: 'expression',
        placeholder: '{{input.orders}}',
        dependsOn: { param: 'operation', in: ADDING },
      }),
    where: whereParam.meta({
      title: 'Conditions',
      description: 'The rows that match are changed. Without conditions, the node fails.',
      control: 'list',
      dependsOn: { param: 'operation', in: MATCHING },
    }),
    match: matchParam.meta({
      title: 'A row matches if',
      description: 'With all, every condition has to hold; with any, one of them.',
      control: 'select',
      literal: true,
      dependsOn: { param: 'operation', in: MATCHING },
    }),
    maxRows: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(100)
      .meta({
        title: 'Most rows to change',
        description: 'If more rows match, none is changed.',
        control: 'number',
        dependsOn: { param: 'operation', in: MATCHING },
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'table', as: 'rows' } },
  lint: [
    {
      code: 'DATA_TABLE_WITHOUT_VALUES',
      severity: 'error',
      when: '(params?.operation ?? "insert") != "delete" && length(keys(params?.values ?? {})) == 0 && params?.rows == null',
      message: 'Enter a value for a column, or a list of rows',
      field: 'values',
    },
    {
      code: 'DATA_TABLE_WITHOUT_CONDITION',
      severity: 'error',
      when:
        '((params?.operation ?? "insert") == "update" || (params?.operation ?? "insert") == "delete") && ' +
        'length(params?.where ?? []) == 0',
      message: 'Add a condition: without one, all rows would be changed',
      field: 'where',
    },
  ],
  summary: '{operation} rows',
  effect: 'write',
  tool: { name: 'write_table', description: 'Adds, changes or deletes rows of a data table' },
  // The completion in the same transaction makes a repetition harmless.
  idempotentWhen: 'true',
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 5 },
  },
})
