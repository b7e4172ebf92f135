import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText } from '../shared/params.ts'

/** Reads and changes a value that all workflows of the tenant share, exactly once for each node run. */
export const keyValue = defineNode({
  type: 'key-value',
  version: 1,
  title: 'Key-value',
  description: 'Remember a value',
  icon: 'M8.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12.5 12H21M18 12v3.5M15 12v2.5',
  category: 'data',
  params: z.object({
    operation: z
      .enum(['get', 'set', 'increment', 'delete'])
      .default('get')
      .meta({ title: 'Operation', control: 'select', literal: true }),
    key: requiredText(200).meta({
      title: 'Key',
      description: 'All workflows of the tenant share the keys.',
      control: 'text',
      placeholder: 'orders.last_id',
    }),
    value: z
      .unknown()
      .optional()
      .meta({ title: 'Value', control: 'expression', dependsOn: { param: 'operation', in: ['set'] } }),
    amount: z
      .number()
      .default(1)
      .meta({
        title: 'Amount',
        description: 'It is added to the number under the key. A key without a value counts as 0.',
        control: 'number',
        dependsOn: { param: 'operation', in: ['increment'] },
      }),
    fallback: z
      .unknown()
      .optional()
      .meta({
        title: 'Fallback value',
        description: 'The value if the key has none.',
        control: 'expression',
        dependsOn: { param: 'operation', in: ['get'] },
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ value: z.unknown(), previous: z.unknown(), found: z.boolean() }) },
  summary: '{operation} {key}',
  effect: 'write',
  tool: { name: 'key_value', description: 'Reads or changes a stored value by its key' },
  // The completion in the same transaction makes a repetition harmless.
  idempotentWhen: 'true',
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 5 },
  },
})
