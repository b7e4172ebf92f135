import { defineNode, fileRefSchema } from '@tenon/core/node'
import { z } from 'zod'
import { columnParam, delimiterParam } from '../shared/csv-params.ts'

/** Most rows that a node reads, since they are one value. */
const MOST_ROWS = 100_000

/** Reads the rows of a CSV file or text. */
export const readCsv = defineNode({
  type: 'read-csv',
  version: 1,
  title: 'Read CSV',
  description: 'Rows of a CSV',
  icon: 'M4 5h16v14H4zM4 10h16M4 14.5h16M9.5 5v14',
  category: 'data',
  params: z.object({
    source: z.union([fileRefSchema, z.string()]).meta({
      title: 'File or text',
      description: 'An expression that gives a file, or a text.',
      control: 'expression',
      placeholder: '{{input.file}}',
    }),
    delimiter: delimiterParam,
    header: z.boolean().default(true).meta({
      title: 'First row has the titles',
      description: 'If off, the fields of a row are called column_1, column_2 and so on.',
      control: 'switch',
      literal: true,
    }),
    types: z
      .array(
        z.object({
          column: columnParam,
          type: z.enum(['number', 'boolean', 'text']).default('number').meta({
            title: 'Type',
            control: 'select',
            literal: true,
          }),
        }),
      )
      .max(100)
      .default([])
      .meta({
        title: 'Types',
        description: 'All values are texts, but for those of these columns. An empty number or boolean is null.',
        control: 'list',
      }),
    badRows: z.enum(['fail', 'skip']).default('fail').meta({
      title: 'Rows with faults',
      description: 'Rows with too many or too few fields, or a value of another type. Skipped ones are listed by line.',
      control: 'select',
      literal: true,
    }),
    maxRows: z.number().int().min(1).max(MOST_ROWS).default(10_000).meta({
      title: 'Most rows',
      description: 'Later rows are not read; hasMore says so.',
      control: 'number',
    }),
    charset: z.enum(['utf-8', 'windows-1252', 'utf-16le']).default('utf-8').meta({
      title: 'Charset of a file',
      description: 'Older programs for Windows write windows-1252.',
      control: 'select',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      items: z
        .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))
        .meta({ description: 'One object for each row, by the titles of its columns.' }),
      count: z.number().int().min(0).meta({ description: 'Number of rows that were read.' }),
      hasMore: z.boolean().meta({ description: 'True if there are rows beyond the most that are read.' }),
      skipped: z.number().int().min(0).meta({ description: 'Number of rows with faults.' }),
      faults: z
        .array(z.object({ line: z.number().int(), message: z.string() }))
        .meta({ description: 'The first 100 rows with faults, by their line.' }),
    }),
  },
  summary: 'Rows of {source}',
  effect: 'read',
  policy: { timeout: '2m' },
})
