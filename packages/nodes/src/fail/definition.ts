import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText } from '../shared/params.ts'

/** Fails on purpose, with a message of the author. */
export const fail = defineNode({
  type: 'fail',
  version: 1,
  title: 'Fail',
  description: 'Stop with an error',
  icon: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 9l6 6M15 9l-6 6',
  category: 'flow',
  inline: true,
  params: z.object({
    message: requiredText(2_000).meta({
      title: 'Message',
      description: 'Sentence for the people who look at the failed run.',
      control: 'text',
      placeholder: 'The order {{input.order_id}} has no lines',
    }),
    reason: z
      .string()
      .trim()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'Use capital letters, digits and _: ORDER_EMPTY')
      .max(64)
      .optional()
      .meta({
        title: 'Reason',
        description: 'Short name by which an error handler and reports recognize the failure.',
        control: 'text',
        placeholder: 'ORDER_EMPTY',
      }),
  }),
  ports: [],
  outputs: {},
  summary: 'Fails: {message}',
  effect: 'none',
})
