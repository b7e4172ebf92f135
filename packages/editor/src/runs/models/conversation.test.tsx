// @vitest-environment jsdom
import type { Json } from '@tenon/core/document'
import { makeValueRef, type StoredCall } from '@tenon/core/run'
import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { AGENT_DOCUMENT, AGENT_MANIFEST } from '../../../test/fixtures/called.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { completed, createRunLog, inline, runStarted, scheduled, started } from '../../../test/fixtures/run-log.ts'
import { RunInspector } from '../viewer/run-parts.tsx'

const FIND: StoredCall = {
  ...{ callId: 'c0', nodeType: 'acme/tool', typeVersion: 1, title: 'find_order', approval: null },
  params: makeValueRef({ number: '7' }),
  policy: {
    retry: {
      ...{ initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 100_000, maximumAttempts: 3 },
      nonRetryableErrorTypes: [],
    },
    ...{ timeoutMs: 30_000, heartbeatMs: null, taskQueue: null, onError: 'fail' },
  },
}

function modelCall(pass: number, messages: Json, answer: Json) {
  const data = { pass, attempt: 1, tool: 'model', arguments: { model: 'small', answer: pass, messages }, answer }
  return { type: 'tool_call', nodeRunId: 'agent', data: { ...data, durationMs: 700 } } as const
}

/** Log of an agent that has called two tools, one of which does not exist. */
function agentLog() {
  const waitFor = { kind: 'calls', calls: [FIND], mode: 'all', state: null, dueAt: null } as const
  const messages = [
    { role: 'system', content: 'Be brief' },
    { role: 'user', content: `Where is my parcel? ${'x'.repeat(700)}END` },
  ]
  const toolCalls = [
    { id: 'a', name: 'find_order', arguments: '{"number":"7"}' },
    { id: 'b', name: 'fly', arguments: '{}' },
  ]
  return createRunLog(Date.UTC(2026, 10, 23, 9))
    .add(runStarted({}), ...inline('start'), scheduled('agent'), started('agent'))
    .add(
      modelCall(1, messages, { text: '', model: 'small-1', toolCalls }),
      { type: 'node_suspended', nodeRunId: 'agent', data: { pass: 1, waitFor } },
      { type: 'wait_opened', nodeRunId: 'agent', data: { waitId: 'agent/1/0', waitFor } },
      scheduled('agent.1-c0'),
      started('agent.1-c0', { number: '7' }),
    )
    .wait(2_000)
    .add(
      completed('agent.1-c0', { output: { state: 'late' } }),
      { type: 'call_ended', nodeRunId: 'agent.1-c0', data: { how: 'completed', error: null } },
      { type: 'wait_closed', nodeRunId: 'agent', data: { waitId: 'agent/1/0', how: 'resolved' } },
      scheduled('agent', 'dispatch', 2),
    )
}

test('has messages, answers and tools with their results, grows with the run, and leads to the call of a tool', async () => {
  const log = agentLog()
  const { client, push } = createFixtureClient({
    document: AGENT_DOCUMENT,
    manifest: AGENT_MANIFEST,
    frames: [...log.frames],
  })
  const { user } = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="agent" />)
  const shown = within(await screen.findByRole('region', { name: 'Conversation with the model' }))
  expect(shown.getByText('Be brief')).toBeDefined()
  expect(shown.getAllByText('No result yet')).toHaveLength(2)

  expect(shown.queryByText(/END$/)).toBeNull()
  await user.click(shown.getByRole('button', { name: 'Show all' }))
  expect(shown.getByText(/END$/)).toBeDefined()

  const before = log.frames.length
  const results = [
    { role: 'tool', toolCallId: 'a', content: '{"state":"late"}' },
    { role: 'tool', toolCallId: 'b', content: 'Error: no tool has this name' },
  ]
  log.add(modelCall(2, results, { text: 'It is late.', model: 'small-1' }))
  push(...log.frames.slice(before))
  expect(await shown.findByText('It is late.')).toBeDefined()
  expect(shown.getByText('Error: no tool has this name')).toBeDefined()
  expect(shown.queryByText('No result yet')).toBeNull()

  // Only the tool that was called has a node run to show.
  await user.click(shown.getByRole('button', { name: 'Show the call' }))
  const call = screen.getByRole('button', { name: /^find_order/, expanded: true })
  expect(document.activeElement).toBe(call)
})
