import { expect, test } from 'vitest'
import { sizeOfAppend } from './pending-append.ts'

test('counts the facts for other runs in the memory of an append', () => {
  const fact = 'x'.repeat(10_000)
  const message = { op: 'message', runId: 'other', messageId: 'm', fact, at: 0 } as const
  const pending = {
    ...{ events: [], operations: [message, message], payloads: [], payloadBytes: 5, fresh: new Map(), started: [] },
    ...{ children: new Map(), snapshotTurn: null, lastTurnOf: null, turns: 0, patch: null, turnBefore: 0 },
    statusBefore: 'running',
    engine: 'embedded',
    engineBefore: 'embedded',
  } as const
  expect(sizeOfAppend(pending)).toBe(20_005)
})
