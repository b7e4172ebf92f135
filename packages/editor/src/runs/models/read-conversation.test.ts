import type { Json } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import type { LoggedToolCall } from '../inspector/node-log.ts'
import { readConversation } from './read-conversation.ts'

function recordOf(answer: number, messages: Json, rest: Partial<LoggedToolCall>): LoggedToolCall {
  const base = { tool: 'model', pass: 1, attempt: 1, durationMs: 5 }
  return { ...base, arguments: { model: 'small', answer, messages }, ...rest }
}

const QUESTION = { role: 'user', content: 'Where is my parcel?' }
const CALLS = {
  text: '',
  model: 'small-1',
  toolCalls: [
    { id: 'a', name: 'find_order', arguments: '{"number":"7"}' },
    { id: 'b', name: 'refund', arguments: '{}' },
  ],
}

describe('readConversation', () => {
  test('puts the results of tools beside their calls', () => {
    const first = recordOf(1, [QUESTION], { answer: CALLS })
    const results = [
      { role: 'tool', toolCallId: 'b', content: 'The call failed' },
      { role: 'tool', toolCallId: 'a', content: 'in transit' },
      { role: 'tool', toolCallId: 'a', content: 'of an earlier answer' },
    ]
    const second = recordOf(2, results, { pass: 2, answer: { text: 'Tomorrow', model: 'small-1' } })
    expect(readConversation([first, second], 'agent')).toMatchObject([
      { kind: 'message', role: 'user', text: 'Where is my parcel?' },
      {
        kind: 'answer',
        model: 'small-1',
        calls: [
          { name: 'find_order', args: '{"number":"7"}', result: 'in transit', nodeRunId: 'agent.1-c0' },
          { name: 'refund', result: 'The call failed', nodeRunId: 'agent.1-c1' },
        ],
      },
      { kind: 'message', role: 'tool', text: 'of an earlier answer' },
      { kind: 'answer', text: 'Tomorrow', calls: [] },
    ])
  })

  test('leaves calls without a result open', () => {
    const [, answer] = readConversation([recordOf(1, [QUESTION], { answer: CALLS })], 'agent')
    expect(answer).toMatchObject({ calls: [{ result: null }, { result: null }] })
  })

  test('shows once what a fallback was sent, too', () => {
    const error = { code: 'MODEL_FAILED', message: 'Overloaded' }
    const records = [recordOf(1, [QUESTION], { error }), recordOf(1, [QUESTION], { answer: { text: 'Hi' } })]
    expect(readConversation(records, 'agent').map(({ kind }) => kind)).toEqual(['message', 'answer', 'answer'])
  })

  test('shows a question about a faulty answer', () => {
    const error = { code: 'MODEL_OUTPUT_INVALID', message: 'No JSON' }
    const repair = { role: 'user', content: 'Answer with JSON' }
    const records = [recordOf(1, [QUESTION], { answer: { text: '?' }, error }), recordOf(2, [repair], { answer: '{}' })]
    expect(readConversation(records, 'agent').map(({ kind }) => kind)).toEqual([
      ...['message', 'answer'],
      ...['message', 'answer'],
    ])
  })

  test('ignores what is not a message', () => {
    const records = [
      recordOf(1, ['x', { role: 'other', content: 'y' }], { answer: null }),
      { ...recordOf(2, [], {}), arguments: 1 },
    ]
    expect(readConversation(records, 'agent').map(({ kind }) => kind)).toEqual(['answer', 'answer'])
  })
})
