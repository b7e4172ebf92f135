import { defineNode, fileRefSchema } from '@tenon/core/node'
import { z } from 'zod'
import { columnParam, delimiterParam } from '../shared/csv-params.ts'

/** Writes a list as a CSV file or text. */
export const writeCsv = defineNode({
  type: 'write-csv',
  version: 1,
  title: 'Write CSV',
  description: 'A list as CSV',
  icon: 'M4 5h16v6M4 5v14h8M4 10h16M9.5 5v14M15 18h6M18 15l3 3-3 3',
  category: 'data',
  params: z.object({
    items: z.array(z.unknown()).meta({
      title: 'List',
      description: 'An expression that gives a list of objects.',
      control: 'expression',
      placeholder: '{{input.orders}}',
    }),
    columns: z
      .array(
        z.object({
          column: columnParam,
          field: z.string().trim().max(200).default('').meta({
            title: 'Field',
            description: 'Path in each item, such as customer.name. Empty means the title of the column.',
            control: 'text',
            literal: true,
          }),
        }),
      )
      .max(200)
      .default([])
      .meta({
        title: 'Columns',
        description: 'In their order. Without any, the columns are the fields of the items.',
        control: 'list',
      }),
    delimiter: delimiterParam,
    header: z.boolean().default(true).meta({
      title: 'First row has the titles',
      control: 'switch',
      literal: true,
    }),
    escapeFormulas: z.boolean().default(true).meta({
      title: 'Disarm formulas',
      description: "Writes ' before texts that begin with = + - or @, which spreadsheets would execute.",
      control: 'switch',
      literal: true,
    }),
    result: z.enum(['file', 'text']).default('file').meta({ title: 'Result', control: 'select', literal: true }),
    fileName: z
      .string()
      .trim()
      .max(200)
      .default('data.csv')
      .meta({ title: 'Name of the file', control: 'text', dependsOn: { param: 'result', in: ['file'] } }),
    bom: z
      .boolean()
      .default(false)
      .meta({
        title: 'Byte order mark',
        description: 'Excel needs it to read letters beyond ASCII.',
        control: 'switch',
        literal: true,
        dependsOn: { param: 'result', in: ['file'] },
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      file: fileRefSchema.optional().meta({ description: 'The file, if the result is one.' }),
      text: z.string().optional().meta({ description: 'The text, if the result is one.' }),
      count: z.number().int().min(0).meta({ description: 'Number of rows, without the titles.' }),
    }),
  },
  summary: 'CSV of {items}',
  effect: 'read',
  policy: { timeout: '2m' },
})
