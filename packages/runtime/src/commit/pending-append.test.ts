import { makeValueRef } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { fileMark } from '../files/file-marks.ts'
import { addTurn, createPendingAppend, sizeOfAppend } from './pending-append.ts'
import type { RunSession } from './session.ts'

test('counts the facts for other runs in the memory of an append', () => {
  const fact = 'x'.repeat(10_000)
  const message = { op: 'message', runId: 'other', messageId: 'm', fact, at: 0 } as const
  const pending = {
    ...{ events: [], operations: [message, message], payloads: [], payloadBytes: 5, fresh: new Map(), started: [] },
    ...{ children: new Map(), snapshotTurn: null, lastTurnOf: null, turns: 0, patch: null, turnBefore: 0 },
    statusBefore: 'running',
    engine: 'embedded',
    engineBefore: 'embedded',
    tenantQueue: null,
  } as const
  expect(sizeOfAppend(pending)).toBe(20_005)
})

test('keeps the files in a wait and in an event that a run receives', () => {
  const file = (digit: string) => ({ file: `fil_${digit.repeat(32)}`, name: 'a', type: 'text/plain', size: 1 }) as const
  const session = { machine: { turn: 3, status: 'running' }, engine: 'embedded' } as RunSession
  const pending = createPendingAppend(session)
  const waitFor = {
    kind: 'approval',
    title: 't',
    message: '',
    choices: ['ok'],
    required: 1,
    approvers: {},
    dueAt: null,
    evidence: { scan: file('a') },
  } as const
  addTurn(pending, { type: 'node_suspended', nodeRunId: 'ask', data: { pass: 1, waitFor } }, 0, [])
  const payload = makeValueRef({ scan: file('b') })
  const data = { waitId: 'on/1/0', eventId: 'e', payload, receivedAt: 0, actor: null } as const
  addTurn(pending, { type: 'event_received', data }, 0, [])
  expect(pending.payloads).toEqual([fileMark(file('a').file), fileMark(file('b').file)])
})
