import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { leavingParams } from '../shared/leaving-params.ts'

/** Ends the iteration and the loop around it: running iterations are canceled, and no other starts. */
export const breakDefinition = defineNode({
  type: 'break',
  version: 1,
  title: 'Break',
  description: 'End the loop',
  icon: 'M4 12h9.5M9.5 8l4 4-4 4M18 5v14',
  category: 'flow',
  control: 'break',
  inline: true,
  params: leavingParams,
  ports: [],
  outputs: { end: z.unknown() },
  summary: 'Ends the loop',
  effect: 'none',
})
