import { z } from 'zod'

/** Params of the nodes that end an iteration. */
export const leavingParams = z.object({
  result: z.unknown().optional().meta({
    title: 'Result',
    description: 'Result of the iteration, which the loop puts out. Empty means null.',
    control: 'expression',
    placeholder: '{{input.order}}',
  }),
})
