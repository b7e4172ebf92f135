import { foldRunEvents, fromFrame } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { ESCALATED_OUTPUT, escalatedRun } from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT } from '../../../test/fixtures/ticket-workflow.ts'
import { ancestorsOf, traceFields } from './trace-fields.ts'

const view = foldRunEvents(escalatedRun().frames.map(fromFrame))
const trace = (output: Parameters<typeof traceFields>[0]) =>
  Object.fromEntries(traceFields(output, 'escalated', view, TICKET_DOCUMENT))

describe('traceFields', () => {
  test('finds the node that wrote each field, the last one where several did', () => {
    expect(trace(ESCALATED_OUTPUT)).toEqual({
      ticket_id: 'start',
      text: 'start',
      customer_id: 'start',
      sentiment: 'analyze',
      category: 'analyze',
      urgency: 'analyze',
      verdict: 'policy',
      reason: 'policy',
      condition: 'happy',
      crm_logged: 'crm',
      status: 'ticket',
      ticket_url: 'ticket',
    })
  })

  test('claims nothing of a field that the end node made itself', () => {
    expect(trace({ sentiment: 'changed', answer: 42 })).toEqual({})
  })

  test('claims nothing of what is no object', () => {
    expect(trace([1, 2])).toEqual({})
    expect(trace(null)).toEqual({})
  })
})

test('ancestorsOf ends in a document with a circle', () => {
  const edge = (source: string, target: string) => ({ id: '', source, sourceHandle: '', target, targetHandle: '' })
  const document = { ...TICKET_DOCUMENT, edges: [edge('a', 'b'), edge('b', 'a'), edge('x', 'a')] }
  expect(ancestorsOf('b', document)).toEqual(['a', 'b', 'x'])
})
