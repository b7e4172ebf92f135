import { openaiLanguageModel } from '@tenon/nodes/openai'
import { expect, test } from 'vitest'
import { demoModel } from './model.ts'

const app = demoModel()
const model = openaiLanguageModel({
  ...{ apiKey: 'demo', baseURL: 'http://127.0.0.1/v1', models: ['demo-rules'] },
  fetch: (url, init) => Promise.resolve(app.request(url instanceof URL ? url.href : url, init)),
})
const tool = (name: string) => ({ name, description: '', parameters: { type: 'object' } })
const TOOLS = [tool('find_order'), tool('refund_order')]
const result = (body: object) => JSON.stringify({ status: 200, headers: {}, body })
const LOST = result({ order: '1042', item: 'Reading lamp', total: 89, state: 'lost' })

/** Asks the stand-in after the results of its calls so far. */
function ask(request: string, results: readonly string[], tools = TOOLS) {
  const past = results.flatMap((content, index) => [
    { role: 'assistant', content: '', toolCalls: [{ id: `c${index}`, name: 'find_order', arguments: '{}' }] } as const,
    { role: 'tool', toolCallId: `c${index}`, content } as const,
  ])
  return model.generate({ model: 'demo-rules', messages: [{ role: 'user', content: request }, ...past], tools })
}

test('looks an order up, pays it back, and answers with what was paid', async () => {
  const request = 'Order 1042 is lost. I want a refund.'
  const first = await ask(request, [])
  expect(first.finishReason).toBe('tool-calls')
  expect(first.toolCalls).toMatchObject([{ name: 'find_order', arguments: '{"query":{"order":"1042"}}' }])
  const second = await ask(request, [LOST])
  expect(second.toolCalls).toMatchObject([{ name: 'refund_order', arguments: '{"body":{"order":"1042","amount":89}}' }])
  const changed = `A person changed the arguments before the call: {"body":{"amount":40}}. Result:\n${result({ order: '1042', amount: 40 })}`
  const answer = 'Order 1042 (Reading lamp) is lost.'
  expect((await ask(request, [LOST, changed])).text).toBe(`${answer} 40 euros were paid back, of 89.`)
  expect((await ask(request, [LOST, result({ amount: 89 })])).text).toBe(`${answer} 89 euros were paid back.`)
})

test.each([
  ['Where is order 1042?', [LOST], TOOLS, 'Order 1042 (Reading lamp) is lost.'],
  ['Where is my parcel?', [], TOOLS, 'Which order is it? The message has no order number.'],
  ['Where is order 9999?', ['The call failed. HTTP_STATUS: 404'], TOOLS, 'could not be looked up. The call failed'],
  ['Refund 1042', [LOST, 'A person rejected this call: no'], TOOLS, 'Nothing was paid back. A person rejected'],
  ['Refund 1042', [], [tool('send_email')], 'it only knows the tools find_order and refund_order'],
])('answers %j without a further call', async (request, results, tools, text) => {
  const { finishReason, text: answer } = await ask(request, results, tools)
  expect(finishReason).toBe('stop')
  expect(answer).toContain(text)
})
