import { describe, expect, test } from 'vitest'
import { nodeRunDurationMs } from './durations.ts'
import { foldRunEvents } from './fold.ts'
import type { ReusedOutcome } from './reruns.ts'
import { type Event, logOf, OUTPUT, started } from './testing/log-of.ts'

const error = { code: 'NODE_FAILED', message: 'no' }
const reused = (how: ReusedOutcome['how'], more: { readonly error?: typeof error } = {}): Event => ({
  type: 'node_reused',
  nodeRunId: 'a',
  data: { how, port: 'success', output: OUTPUT, ...more },
})
const viewOf = (event: Event) => foldRunEvents(logOf(started, event)).nodeRuns.get('a')

describe('a node run with a reused outcome', () => {
  test.each([
    ['completed', 'success'],
    ['skipped', 'skipped'],
  ] as const)('that was %s is shown as that, without a duration', (how, status) => {
    const nodeRun = viewOf(reused(how))
    expect(nodeRun).toMatchObject({
      status,
      isReused: true,
      port: 'success',
      output: OUTPUT,
      startedAt: null,
      error: null,
    })
    expect(nodeRun === undefined ? 0 : nodeRunDurationMs(nodeRun)).toBeNull()
  })

  test.each(['continue', 'route'] as const)('whose failure was handled by %s shows the failure', (how) => {
    expect(viewOf(reused(how, { error }))).toMatchObject({ status: 'failed', isReused: true, error })
  })

  test('does not keep a run from waiting', () => {
    expect(foldRunEvents(logOf(started, reused('completed'))).status).toBe('running')
  })

  test('belongs to a run that names the earlier one', () => {
    expect(foldRunEvents(logOf(started)).rerunOf).toBeNull()
    if (started.type !== 'run_started') throw new Error('not a start')
    const rerunOf = { runId: 'r1', from: { nodeId: 'a' } }
    expect(foldRunEvents(logOf({ ...started, data: { ...started.data, rerunOf } })).rerunOf).toEqual(rerunOf)
  })
})
