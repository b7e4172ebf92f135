import type { ChildResult } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../../test/run-node.ts'
import { runWorkflowNode } from './implementation.ts'

const PARAMS = { workflow: 'w1', input: { name: 'Ada' } }
const COMPLETED: ChildResult = { runId: 'r2', status: 'completed', outcome: 'done', output: { n: 1 }, error: null }
const ERROR = { code: 'HTTP_FAILED', message: 'no answer', nodeId: 'fetch' }

describe('run-workflow', () => {
  test('starts a run with the input, and waits for it unless it is set otherwise', () => {
    const suspend = { kind: 'child', workflowId: 'w1', input: { name: 'Ada' }, wait: true }
    expect(evaluateNode(runWorkflowNode, PARAMS)).toEqual({ suspend })
    expect(evaluateNode(runWorkflowNode, { workflow: 'w1', wait: false })).toEqual({
      suspend: { ...suspend, input: {}, wait: false },
    })
    for (const params of [{}, { workflow: ' ' }, { workflow: 'w1', input: 'x' }]) {
      expect(() => evaluateNode(runWorkflowNode, params)).toThrow(
        expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
      )
    }
  })

  test('puts out the result, or what is known at once', () => {
    const { error: _error, ...output } = COMPLETED
    expect(evaluateNode(runWorkflowNode, PARAMS, { child: COMPLETED })).toMatchObject({ port: 'success', output })
    const child: ChildResult = { runId: 'r2', status: 'started', outcome: null, output: null, error: null }
    expect(evaluateNode(runWorkflowNode, PARAMS, { child })).toMatchObject({
      output: { runId: 'r2', status: 'started', outcome: null, output: null },
    })
  })

  test('fails with the run, and names it', () => {
    const ended = { runId: 'r2', outcome: null, output: null }
    const failed: ChildResult = { ...ended, status: 'failed', error: ERROR }
    expect(() => evaluateNode(runWorkflowNode, PARAMS, { child: failed })).toThrow(
      expect.objectContaining({
        code: 'CHILD_FAILED',
        message: 'The run of the workflow failed: no answer',
        details: { runId: 'r2', code: 'HTTP_FAILED', nodeId: 'fetch' },
      }),
    )
    const reason = { code: 'RUN_CANCELED', message: 'Canceled by Ann' }
    const canceled: ChildResult = { ...ended, status: 'canceled', error: reason }
    expect(() => evaluateNode(runWorkflowNode, PARAMS, { child: canceled })).toThrow(
      expect.objectContaining({
        code: 'CHILD_CANCELED',
        message: 'The run of the workflow was canceled: Canceled by Ann',
        details: { runId: 'r2', code: 'RUN_CANCELED', nodeId: null },
      }),
    )
  })
})
