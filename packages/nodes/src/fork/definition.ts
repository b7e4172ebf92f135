import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { portIdParam, refuseDuplicateIds } from '../shared/params.ts'

/** Takes all of its branches at once. */
export const fork = defineNode({
  type: 'fork',
  version: 1,
  title: 'Fork',
  description: 'Branches in parallel',
  icon: 'M12 20.5V14M12 14 6 7M12 14l6-7M5.5 11V6.5H10M14 6.5h4.5V11',
  category: 'flow',
  control: 'fork',
  inline: true,
  params: z.object({
    branches: z
      .array(
        z.object({
          id: portIdParam.meta({ title: 'Name', control: 'text', literal: true }),
          title: z.string().max(60).default('').meta({ title: 'Title', control: 'text', literal: true }),
        }),
      )
      .min(1)
      .max(50)
      .superRefine(refuseDuplicateIds([]))
      .default([
        { id: 'a', title: 'Branch A' },
        { id: 'b', title: 'Branch B' },
      ])
      .meta({ title: 'Branches', description: 'All of them start together.', control: 'cases', literal: true }),
  }),
  ports: [{ each: 'params.branches', id: 'id', title: 'title' }],
  outputs: { '*': z.object({}) },
  summary: '{branches} branches in parallel',
  effect: 'none',
})
