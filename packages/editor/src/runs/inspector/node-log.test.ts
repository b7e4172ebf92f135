import type { LogEntry } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { retriedRun } from '../../../test/fixtures/ticket-runs.ts'
import { nodeLogFacts } from './node-log.ts'

test('the refused response and the last calls are those of the last attempt', () => {
  const { entries } = fixture()
  const firstAttempt = nodeLogFacts(entries, entries.length, 'ticket')
  expect(firstAttempt.toolCalls).toHaveLength(1)
  expect(firstAttempt.lastToolCalls).toHaveLength(1)
  expect(firstAttempt.refused).toEqual({ status: 503, body: 'busy' })
  const later = nodeLogFacts([...entries, ...fixture().next], 1_000, 'ticket')
  expect(later.toolCalls).toHaveLength(1)
  expect(later).toMatchObject({ lastToolCalls: [], refused: null })
})

/** Log of an attempt with a refused call, and the start of the next attempt. */
function fixture() {
  const all = retriedRun().frames as readonly LogEntry[]
  const started = all.filter((entry) => entry.type === 'node_started' && entry.nodeRunId === 'ticket')
  const [first, next] = [started[0], started.at(-1)]
  if (first === undefined || next === undefined) throw new Error('The fixture starts the ticket twice')
  const { at } = first
  const call = { tool: 'http', arguments: { method: 'GET', url: 'https://a.example' }, durationMs: 5 }
  const log = { level: 'warn', message: 'refused', data: { status: 503, body: 'busy' } }
  const entries = [
    { ...first, seq: 1 },
    { type: 'tool_call', seq: 2, at, nodeRunId: 'ticket', data: call },
    { type: 'node_log', seq: 3, at, nodeRunId: 'ticket', data: log },
  ] as unknown as readonly LogEntry[]
  return { entries, next: [{ ...next, seq: 4 }] }
}
