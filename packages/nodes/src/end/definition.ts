import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText } from '../shared/params.ts'

/** Sets the outcome and the output of a run; other branches continue. */
export const end = defineNode({
  type: 'end',
  version: 1,
  title: 'End',
  description: 'Finish with an outcome',
  icon: 'M6.5 20.5v-16M6.5 5h11l-2.6 4 2.6 4h-11',
  category: 'flow',
  control: 'end',
  inline: true,
  params: z.object({
    outcome: requiredText(64).default('completed').meta({
      title: 'Outcome',
      description: 'Outcome of the run in one word. Lists of runs show it.',
      control: 'text',
      placeholder: 'answered',
    }),
    output: z.unknown().default('{{input}}').meta({
      title: 'Output',
      description: 'Result of the run. By default, everything gathered so far.',
      control: 'expression',
    }),
  }),
  ports: [],
  outputs: { end: z.unknown() },
  summary: 'Ends as {outcome}',
  effect: 'none',
})
