import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Starts a run with an input of its schema, from which the form for a new run is built. */
export const start = defineNode({
  type: 'start',
  version: 1,
  title: 'Start',
  description: 'Begin with an input',
  icon: 'M7.5 5.2v13.6L18.6 12z',
  category: 'trigger',
  control: 'trigger',
  inline: true,
  params: z.object({
    inputSchema: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }).meta({
      title: 'Input',
      description: 'Input of a run. The form for a new run has these fields.',
      control: 'json-schema',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'inputSchema' } },
  summary: 'Starts by hand or by the API',
  effect: 'none',
})
