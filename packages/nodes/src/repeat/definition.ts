import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Most rounds of a repetition. */
const MAX_ROUNDS = 10_000

/** Runs the nodes inside it again and again: a number of times, while a condition is true, or until one is. */
export const repeat = defineNode({
  type: 'repeat',
  version: 1,
  title: 'Repeat',
  description: 'Loop by a condition',
  icon: 'M20.5 12a8.5 8.5 0 1 1-2.6-6.1M20.5 3.5V8H16',
  category: 'flow',
  control: 'loop',
  inline: true,
  params: z.object({
    mode: z.enum(['times', 'while', 'until']).default('times').meta({
      title: 'Repeat',
      description:
        'With times, a number of rounds. With while, as long as the condition is true, checked before each round. With until, until the condition is true, checked after each round.',
      control: 'select',
      literal: true,
    }),
    times: z
      .int()
      .min(0)
      .max(MAX_ROUNDS)
      .default(1)
      .meta({ title: 'Times', control: 'number', dependsOn: { param: 'mode', in: ['times'] } }),
    condition: z
      .boolean()
      .optional()
      .meta({
        title: 'Condition',
        description:
          'Reads the result of the last round as loop.previous, and the number of finished rounds as loop.index. With while, loop.previous is null before the first round.',
        control: 'expression',
        placeholder: '{{loop.previous?.status != "done"}}',
        dependsOn: { param: 'mode', in: ['while', 'until'] },
        late: { param: 'mode', in: ['until'] },
      }),
    limit: z
      .int()
      .min(1)
      .max(MAX_ROUNDS)
      .default(100)
      .meta({
        title: 'Most rounds',
        description: 'The node fails if the condition asks for more.',
        control: 'number',
        dependsOn: { param: 'mode', in: ['while', 'until'] },
      }),
  }),
  ports: [{ name: 'success', title: 'done' }],
  outputs: {
    success: z.object({
      rounds: z.int().meta({ description: 'Number of rounds.' }),
      last: z.unknown().meta({ description: 'Result of the last round: the output of its last node.' }),
      stoppedAt: z
        .int()
        .nullable()
        .meta({ description: 'Index of the round that ended the loop with a break; null without one.' }),
    }),
  },
  summary: 'Repeats {times}{condition}',
  effect: 'none',
  lint: [
    {
      code: 'REPEAT_WITHOUT_CONDITION',
      severity: 'error',
      when: '(params?.mode ?? "times") != "times" && (params?.condition ?? "") == ""',
      message: 'Set the condition',
      field: 'condition',
    },
  ],
})
