import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fieldParam, listParam, nameParam } from '../shared/list-params.ts'

const OF_MATCHES = { param: 'mode', in: ['match'] } as const

/** Puts two lists together: one after the other, or the items that match. */
export const merge = defineNode({
  type: 'merge',
  version: 1,
  title: 'Merge lists',
  description: 'Put lists together',
  icon: 'M5 4v4c0 4 7 4 7 8v4M19 4v4c0 4-7 4-7 8',
  category: 'data',
  inline: true,
  params: z.object({
    first: listParam.meta({ title: 'First list' }),
    second: listParam.meta({ title: 'Second list', placeholder: '{{input.customers}}' }),
    mode: z.enum(['append', 'match']).default('append').meta({
      title: 'How',
      description:
        'With append, the second list follows the first. With match, each item of the first list gets its matches in the second one.',
      control: 'select',
      literal: true,
    }),
    firstField: fieldParam.meta({
      title: 'Field in the first list',
      placeholder: 'customer_id',
      dependsOn: OF_MATCHES,
    }),
    secondField: fieldParam.meta({ title: 'Field in the second list', placeholder: 'id', dependsOn: OF_MATCHES }),
    unmatched: z.enum(['keep', 'drop']).default('keep').meta({
      title: 'Items without a match',
      description: 'Kept, they have an empty list of matches.',
      control: 'select',
      literal: true,
      dependsOn: OF_MATCHES,
    }),
    as: nameParam
      .refine((name) => name !== 'item', '"item" is the item of the first list')
      .meta({ not: { const: 'item' } })
      .default('matches')
      .meta({
        title: 'Name of the matches',
        description:
          'Each item of the result is an object with the item of the first list and its matches by this name.',
        control: 'text',
        literal: true,
        dependsOn: OF_MATCHES,
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      merged: z.array(z.unknown()).meta({
        description: 'The items of both lists; with match, objects with item and the matches by their name.',
      }),
    }),
  },
  summary: 'Merges {first} and {second}',
  effect: 'none',
})
