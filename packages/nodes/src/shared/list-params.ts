import { z } from 'zod'

/** Most rows of a param that is a list of fields. */
export const MOST_ROWS = 20

/** List that a node reads. */
export const listParam = z.array(z.unknown()).meta({
  title: 'List',
  description: 'An expression that gives a list.',
  control: 'expression',
  placeholder: '{{input.orders}}',
})

/** Field of the items of a list, as a path. */
export const fieldParam = z.string().trim().max(200).default('').meta({
  title: 'Field',
  description: 'Path in each item, such as customer.name. Empty means the item itself.',
  control: 'text',
  literal: true,
  placeholder: 'customer.name',
})

/** Name of a field that a node writes. */
export const nameParam = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'Begin with a letter; then letters, digits and _')
  .max(64)
  .meta({ title: 'Name', control: 'text', literal: true, placeholder: 'total' })
