import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { leavingParams } from '../shared/leaving-params.ts'

/** Ends the iteration; the loop around it continues with the next one. */
export const continueDefinition = defineNode({
  type: 'continue',
  version: 1,
  title: 'Continue',
  description: 'Start the next iteration',
  icon: 'M4 12a7 7 0 0 1 13.5-2.5M18 4.5v5h-5M12 17v.01M8 19.5h8',
  category: 'flow',
  control: 'continue',
  inline: true,
  params: leavingParams,
  ports: [],
  outputs: { end: z.unknown() },
  summary: 'Ends this item or round',
  effect: 'none',
})
