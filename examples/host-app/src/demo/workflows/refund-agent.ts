import type { CreateWorkflow } from '@tenon/core/api'
import { documentOf, edges, node } from './build.ts'

/** An agent that looks an order up, and pays it back once a person has approved the call. */
export function refundAgent(desk: string): CreateWorkflow {
  const tools = [
    {
      ...{ name: 'find_order', description: 'Finds an order by its number', nodeType: 'http-call', typeVersion: 1 },
      params: { method: 'GET', url: '{{ vars.desk }}/orders' },
      open: {
        query: {
          description: 'Number of the order',
          schema: { type: 'object', required: ['order'], properties: { order: { type: 'string' } } },
        },
      },
      approval: 'never',
    },
    {
      ...{ name: 'refund_order', description: 'Pays an order back', nodeType: 'http-call', typeVersion: 1 },
      params: { method: 'POST', url: '{{ vars.desk }}/refunds', honorsIdempotencyKey: true },
      open: {
        body: {
          description: 'Number of the order, and the amount in euros',
          schema: {
            type: 'object',
            required: ['order', 'amount'],
            properties: { order: { type: 'string' }, amount: { type: 'number' } },
          },
        },
      },
      approval: 'always',
    },
  ]
  const nodes = [
    node('start', 'start', 'Message', [0, 0], {
      inputSchema: {
        type: 'object',
        required: ['message'],
        properties: {
          message: { type: 'string', title: 'Message', examples: ['Order 1042 is lost. I want a refund.'] },
        },
      },
    }),
    node(
      'agent',
      'agent',
      'Refund agent',
      [1, 0],
      { system: 'You help customers of a shop.', prompt: '{{ input.message }}', tools },
      { onError: 'fail' },
    ),
    node('end', 'end', 'Answer', [2, 0], {
      outcome: 'answered',
      output: { answer: '{{ nodes.agent.output.text }}', toolCalls: '{{ nodes.agent.output.toolCalls }}' },
    }),
  ]
  return {
    name: 'Refund agent',
    description:
      'An agent looks an order up and pays it back after an approval. The stand-in model of the demo follows a script.',
    document: documentOf(nodes, edges('start > agent', 'agent > end'), { desk }),
  }
}
