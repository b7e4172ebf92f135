import type { Json, JsonObject } from '@tenon/core/document'
import { createPlainScope, evaluateValue } from '@tenon/core/evaluate'
import type { AnyNodeImplementation } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { sendJson, startLocalServer } from '../test/local-server.ts'
import { harnessOf } from '../test/run-node.ts'
import { endNode } from './end/implementation.ts'
import { httpCallNode } from './http-call/implementation.ts'
import { ifElseNode } from './if-else/implementation.ts'
import { createLlmTransformNode } from './llm-transform/implementation.ts'
import { openaiLanguageModel } from './openai/index.ts'

const completion = (fields: JsonObject) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: JSON.stringify(fields) } }],
})

const fieldsOf = (...names: readonly string[]): JsonObject => ({ type: 'object', required: names })

/** Executes nodes one after the other, each on what all before it have added: later fields over earlier ones. */
async function runChain(
  input: JsonObject,
  chain: readonly (readonly [name: string, node: AnyNodeImplementation, params: JsonObject])[],
) {
  let gathered = input
  const writers = new Map<string, string>(Object.keys(input).map((key) => [key, 'start']))
  const ports: (string | null)[] = []
  for (const [name, node, params] of chain) {
    const scope = createPlainScope({ input: gathered })
    const resolved = evaluateValue(params, scope) as JsonObject
    const { port, output } = await harnessOf(node).run(resolved)
    const added = output as { readonly [key: string]: Json }
    ports.push(port)
    if (port === 'end') return { ports, writers, output: added }
    for (const key of Object.keys(added)) writers.set(key, name)
    gathered = { ...gathered, ...added }
  }
  throw new Error('The chain has no end')
}

/** @see SCENARIOS S3: the weather question, with an HTTP call in place of the agent's tool. */
test('each node reads what all before it added, and the end holds every field of every node', async () => {
  await using model = await startLocalServer((_request, response, index) =>
    sendJson(
      response,
      completion(
        index === 0
          ? { location: 'San Francisco', intent: 'weather' }
          : { final_response: 'It is warm', suggestions: ['Take a walk', 'Wear a hat'] },
      ),
    ),
  )
  await using weather = await startLocalServer((_request, response) =>
    sendJson(response, { message: 'Sunny', weather: { temperature: 71 }, tool_calls: 1 }),
  )
  const languageModel = openaiLanguageModel({ apiKey: 'k', baseURL: model.origin, models: ['small'], fetch })
  const llm = createLlmTransformNode(languageModel)

  const run = await runChain({ user_query: "What's the weather in SF?" }, [
    ['extract', llm, { prompt: '{{input.user_query}}', schema: fieldsOf('location', 'intent') }],
    ['weather', httpCallNode, { url: `${weather.origin}/now`, query: { city: '{{input.location}}' }, output: 'body' }],
    ['if', ifElseNode, { left: '{{input.weather.temperature}}', operator: '>', right: 70 }],
    [
      'reply',
      llm,
      {
        prompt: '{{input.user_query}} {{input.location}}: {{input.message}}',
        schema: fieldsOf('final_response', 'suggestions'),
      },
    ],
    ['end', endNode, { outcome: 'answered', output: { all: '{{input}}', first: '{{input.suggestions.0}}' } }],
  ])

  expect(run.ports).toEqual(['success', 'success', 'true', 'success', 'end'])
  expect(weather.requests[0]?.url).toBe('/now?city=San%20Francisco')
  expect(model.requests[1]?.body).toContain("What's the weather in SF? San Francisco: Sunny")
  expect(run.output).toEqual({
    first: 'Take a walk',
    all: {
      user_query: "What's the weather in SF?",
      location: 'San Francisco',
      intent: 'weather',
      message: 'Sunny',
      weather: { temperature: 71 },
      tool_calls: 1,
      condition: true,
      lhs_value: 71,
      rhs_value: 70,
      operator: '>',
      final_response: 'It is warm',
      suggestions: ['Take a walk', 'Wear a hat'],
    },
  })
  expect(Object.fromEntries(run.writers)).toMatchObject({
    user_query: 'start',
    location: 'extract',
    weather: 'weather',
    condition: 'if',
    suggestions: 'reply',
  })
})
