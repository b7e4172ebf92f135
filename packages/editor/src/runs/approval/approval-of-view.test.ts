import type { Approval, ApprovalCall } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'
import { type ApprovalView, makeValueRef } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { mailApproval } from '../../../test/fixtures/called.ts'
import { approvalOfView } from './approval-of-view.ts'

const LARGE = { to: 'bob@example.com', text: 'x'.repeat(20_000) }
const actor = { userId: 'u-mina', displayName: 'Mina Kaur', role: 'editor' }
const { call, ...KNOWN } = mailApproval()
const CALL = call as ApprovalCall

/** Shows the params of a call and of one vote, of which the log has the ones given and the API those of `known`. */
function shown(params: Json, known: Approval | null) {
  const { nodeRunId, isEditable, nodeType, typeVersion } = CALL
  const view: ApprovalView = {
    ...{ waitId: KNOWN.waitId, nodeRunId, openedAt: 0, closed: null },
    votes: [{ actor, choice: 'approve', at: 0, params: makeValueRef(params) }],
    waitFor: {
      ...{ kind: 'approval', title: '', message: '', choices: ['approve'], approvers: {}, required: 2 },
      ...{ evidence: null, dueAt: null, call: { nodeType, typeVersion, isEditable, params: makeValueRef(params) } },
    },
  }
  const { call, votes } = approvalOfView(view, { runId: 'r', workflowName: '' }, known)
  return [call, ...votes].map((each) => [each?.params ?? null, each?.isParamsLeftOut ?? false])
}

test('params are those of the log, those of the API if they are large, and marked if neither has them', () => {
  const vote = { actor, choice: 'approve', at: 0 }
  const leftOut = { isParamsLeftOut: true } as const
  const loaded = { ...KNOWN, call: { ...CALL, params: LARGE }, votes: [{ ...vote, params: LARGE }] }
  const without = { ...KNOWN, call: { ...CALL, params: null, ...leftOut }, votes: [{ ...vote, ...leftOut }] }
  const twice = (value: readonly [Json, boolean]) => [value, value]
  expect(shown({ to: 'ann' }, without)).toEqual(twice([{ to: 'ann' }, false]))
  expect(shown(LARGE, loaded)).toEqual(twice([LARGE, false]))
  expect(shown(LARGE, without)).toEqual(twice([null, true]))
  expect(shown(LARGE, null)).toEqual(twice([null, true]))
})
