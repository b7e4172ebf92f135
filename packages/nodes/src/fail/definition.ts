import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Most characters of the message; a longer one is cut. */
export const MESSAGE_LENGTH = 2_000
/** Most characters of the reason; a longer one is cut. */
export const REASON_LENGTH = 64

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
    // A long text of a template is cut instead of refused: the failure would be another one then.
    message: z.string().meta({
      title: 'Message',
      description: 'Sentence for the people who look at the failed run.',
      control: 'text',
      placeholder: 'The order {{input.order_id}} has no lines',
      pattern: '\\S',
      maxLength: MESSAGE_LENGTH,
    }),
    reason: z.string().optional().meta({
      title: 'Reason',
      description: 'Short name by which an error handler and reports recognize the failure.',
      control: 'text',
      placeholder: 'ORDER_EMPTY',
      pattern: '^[A-Z][A-Z0-9_]*$',
      maxLength: REASON_LENGTH,
    }),
  }),
  ports: [],
  outputs: {},
  summary: 'Fails: {message}',
  effect: 'none',
})
