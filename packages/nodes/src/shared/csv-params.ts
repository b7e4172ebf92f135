import { z } from 'zod'

/** Characters between the fields of a row, by their names. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const

/** Character between the fields of a row. */
export const delimiterParam = z
  .enum(['comma', 'semicolon', 'tab', 'pipe'])
  .default('comma')
  .meta({ title: 'Separator', control: 'select', literal: true })

/** Title of a column. */
export const columnParam = z.string().max(200).meta({ title: 'Column', control: 'text', literal: true })
