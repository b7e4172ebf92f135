import { describe, expect, test } from 'vitest'
import { foldRunEvents } from './fold.ts'
import { completed, type Event, logOf, OUTPUT, scheduled, started } from './testing/log-of.ts'
import type { RunView } from './view.ts'
import type { ChildEnd, ChildWait } from './waits.ts'

const WAIT: ChildWait = {
  kind: 'child',
  childRunId: 'r2',
  workflowId: 'w2',
  version: '3',
  planHash: 'p2',
  trigger: 'start',
  input: OUTPUT,
  timeoutMs: null,
  isAwaited: true,
  dueAt: null,
}
const END: ChildEnd = { status: 'completed', outcome: 'done', output: OUTPUT, error: null }

const requested = (waitFor: ChildWait = WAIT): readonly Event[] => [
  { type: 'node_suspended', nodeRunId: 'call', data: { pass: 1, waitFor } },
  { type: 'child_requested', nodeRunId: 'call', data: { waitId: 'call/1/0', waitFor } },
]
const finished = (waitId = 'call/1/0', end: ChildEnd = END): Event => ({
  type: 'child_finished',
  data: { waitId, childRunId: 'r2', ...end },
})

function callOf(view: RunView) {
  return view.nodeRuns.get('call')
}

describe('a node run with a child', () => {
  const begun = [started, scheduled('call', 'inline'), ...requested()]

  test('shows the child, and waits', () => {
    const view = foldRunEvents(logOf(...begun))
    const child = { runId: 'r2', workflowId: 'w2', version: '3', isAwaited: true, end: null }
    expect([view.status, callOf(view)]).toMatchObject(['waiting', { status: 'waiting', child }])
  })

  test('shows how the child has ended, and keeps it', () => {
    const failed: ChildEnd = { status: 'failed', outcome: null, output: null, error: { code: 'X', message: 'x' } }
    const next = [finished('call/1/0', failed), scheduled('call', 'inline', 2), completed('call', 1, 2)]
    const view = foldRunEvents(logOf(...begun, ...next))
    expect(callOf(view)).toMatchObject({ status: 'success', child: { runId: 'r2', end: 'failed' } })
  })

  test('does not wait for one that is not awaited', () => {
    const unawaited = requested({ ...WAIT, isAwaited: false })
    const log = logOf(started, scheduled('call', 'inline'), ...unawaited, scheduled('call', 'inline', 2))
    expect(callOf(foldRunEvents(log))).toMatchObject({ status: 'running', child: { isAwaited: false, end: null } })
  })

  test('that the view lacks is not made by the end of a child', () => {
    expect(callOf(foldRunEvents(logOf(started, finished())))).toMatchObject({ child: null })
  })
})
