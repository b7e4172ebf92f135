import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { BINARY_OPERATORS, comparedParam, OPERATORS, operatorParam } from '../shared/operators.ts'
import { anyValue } from '../shared/params.ts'

const comparison = z.object({
  condition: z.boolean(),
  lhs_value: z.unknown(),
  rhs_value: z.unknown(),
  operator: z.enum(OPERATORS),
})

/** Continues by one of two ports, by comparing two values. */
export const ifElse = defineNode({
  type: 'if-else',
  version: 1,
  title: 'If / else',
  description: 'One of two paths',
  icon: 'M6.5 20V4M6.5 14H11a6 6 0 0 0 6-6V5.5M13.5 9 17 5.5 20.5 9',
  category: 'flow',
  inline: true,
  params: z
    .object({
      left: anyValue.meta({ title: 'Value', control: 'expression', placeholder: '{{input.score}}' }),
      operator: operatorParam,
      right: comparedParam.meta({
        description: 'A number is compared as a number; true or false, with a value that is true or false.',
        placeholder: '0.7',
        comparesWith: { param: 'left', operator: 'operator' },
      }),
    })
    // Not a rule of zod, whose types cannot express it: the editor reports the missing value.
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    .meta({ if: { properties: { operator: { enum: BINARY_OPERATORS } } }, then: { required: ['right'] } }),
  ports: [
    { name: 'true', title: 'true', description: 'The comparison is true' },
    { name: 'false', title: 'false', description: 'The comparison is false' },
  ],
  outputs: { true: comparison, false: comparison },
  summary: '{left} {operator} {right}',
  effect: 'none',
})
