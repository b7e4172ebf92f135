import type { CreateWorkflow } from '@tenon/core/api'
import { documentOf, edges, node } from './build.ts'

/** Scenario S3: each node adds fields, and the last ones read what the first ones found. */
export function accumulatedContext(desk: string): CreateWorkflow {
  const nodes = [
    node('start', 'start', 'Question', [0, 0], {
      inputSchema: {
        type: 'object',
        required: ['user_query'],
        properties: { user_query: { type: 'string', title: 'Question', examples: ["What's the weather in SF?"] } },
      },
    }),
    node(
      'extract',
      'llm-transform',
      'Understand',
      [1, 0],
      {
        prompt: 'Find the place and the intent of this question.\n\n<text>{{ input.user_query }}</text>',
        schema: {
          type: 'object',
          required: ['location', 'intent'],
          properties: { location: { type: 'string' }, intent: { type: 'string' } },
        },
      },
      { onError: 'fail' },
    ),
    node('weather', 'http-call', 'Ask for the weather', [2, 0], {
      method: 'GET',
      url: '{{ vars.desk }}/weather',
      query: { location: '{{ input.location }}' },
    }),
    node('shape', 'set', 'Name the facts', [3, 0], {
      fields: {
        message: '{{ input.body.message }}',
        weather: { temperature: '{{ input.body.temperature }}', unit: '{{ input.body.unit }}' },
      },
    }),
    node('warm', 'if-else', 'Warm?', [4, 0], { left: '{{ input.weather.temperature }}', operator: '>', right: 70 }),
    node(
      'reply',
      'llm-transform',
      'Reply',
      [5, 0],
      {
        prompt:
          'Answer with what we know.\n\n<text>{{ input.user_query }} {{ input.location }} {{ input.message }}</text>',
        schema: {
          type: 'object',
          required: ['final_response', 'suggestions'],
          properties: { final_response: { type: 'string' }, suggestions: { type: 'array', items: { type: 'string' } } },
        },
      },
      { onError: 'fail' },
    ),
    node('end', 'end', 'Answer', [6, 0], { outcome: 'answered' }),
  ]
  return {
    name: 'Weather question',
    description: 'Collects facts node by node and answers with all of them.',
    document: documentOf(
      nodes,
      edges(
        'start > extract',
        'extract > weather',
        'weather > shape',
        'shape > warm',
        'warm.true > reply',
        'warm.false > reply',
        'reply > end',
      ),
      { desk },
    ),
  }
}
