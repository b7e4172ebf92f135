import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { comparedParam, operatorParam } from '../shared/operators.ts'
import { anyValue, portIdParam, refuseDuplicateIds } from '../shared/params.ts'

const taken = z.object({ case: z.string(), case_value: z.unknown() })

/** Continues by the port of the first case that is true. */
export const switchDefinition = defineNode({
  type: 'switch',
  version: 1,
  title: 'Switch',
  description: 'First matching case',
  icon: 'M3.5 12H20M8 12c4.2 0 2.8-7 7.5-7H20M8 12c4.2 0 2.8 7 7.5 7H20',
  category: 'flow',
  inline: true,
  params: z.object({
    value: anyValue.meta({ title: 'Value', control: 'expression', placeholder: '{{input.category}}' }),
    cases: z
      .array(
        z.object({
          id: portIdParam.meta({ title: 'Name', control: 'text', literal: true }),
          title: z.string().max(60).default('').meta({ title: 'Title', control: 'text', literal: true }),
          operator: operatorParam,
          value: comparedParam.meta({ comparesWith: { param: 'value', operator: 'operator' } }),
        }),
      )
      .max(50)
      .superRefine(refuseDuplicateIds(['default']))
      .default([])
      .meta({
        title: 'Cases',
        description: 'Checked from top to bottom. The first matching case is taken.',
        control: 'cases',
      }),
  }),
  ports: [
    { each: 'params.cases', id: 'id', title: 'title' },
    { name: 'default', title: 'otherwise', description: 'No case matches' },
  ],
  outputs: { '*': taken, default: taken },
  summary: '{value}, {cases} cases',
  effect: 'none',
})
