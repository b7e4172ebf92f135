import { describe, expect, test } from 'vitest'
import { foldRunEvents } from './fold.ts'
import type { ParkResolutionKind } from './resolutions.ts'
import {
  begun,
  closed,
  completed,
  ERROR,
  type Event,
  failed,
  iterating,
  logOf,
  OUTPUT,
  scheduled,
  started,
} from './testing/log-of.ts'

const ACTOR = { userId: 'cleo', displayName: 'Cleo' }
const resolutions: readonly ParkResolutionKind[] = ['retry', 'complete', 'skip', 'fail']

const parked = (nodeRunId: string, pass = 1): Event => ({
  type: 'node_parked',
  nodeRunId,
  data: { pass, waitId: `${nodeRunId}/${pass}/0`, error: ERROR, fingerprint: 'f', resolutions },
})
const resolved = (nodeRunId: string, kind: 'retry' | 'skip' | 'fail'): Event => ({
  type: 'parked_resolved',
  data: { waitId: `${nodeRunId}/1/0`, requestId: 'q', resolution: { kind }, actor: ACTOR },
})
const PARKED = [started, scheduled('a'), begun('a'), failed('a'), parked('a')] as const

describe('a parked node run', () => {
  test('waits with its failure, and its run waits', () => {
    const view = foldRunEvents(logOf(...PARKED))
    expect(view.status).toBe('waiting')
    expect(view.nodeRuns.get('a')).toMatchObject({
      status: 'waiting',
      endedAt: null,
      error: ERROR,
      parkedWaitId: 'a/1/0',
    })
    expect([...view.parked.values()]).toEqual([
      {
        ...{ waitId: 'a/1/0', nodeRunId: 'a', error: ERROR, fingerprint: 'f', resolutions },
        ...{ parkedAt: 1_040, resolution: null, closed: null },
      },
    ])
  })

  test('runs again after a retry, and keeps who decided', () => {
    const again = [...PARKED, resolved('a', 'retry'), closed('a', 'resolved')] as const
    expect(foldRunEvents(logOf(...again)).nodeRuns.get('a')).toMatchObject({ status: 'waiting', parkedWaitId: null })
    const view = foldRunEvents(logOf(...again, scheduled('a', 'dispatch', 2), begun('a', 1, 2), completed('a', 1, 2)))
    expect(view.nodeRuns.get('a')).toMatchObject({ status: 'success', error: null, parkedWaitId: null })
    expect(view.parked.get('a/1/0')).toMatchObject({
      resolution: { kind: 'retry', actor: ACTOR, at: 1_050 },
      closed: 'resolved',
    })
  })

  test('succeeds with a supplied output, and stays failed after the others', () => {
    const handled = (how: 'supplied' | 'continue'): Event => ({
      type: 'failure_handled',
      nodeRunId: 'a',
      data: { how, port: 'success', output: OUTPUT },
    })
    const end = [...PARKED, resolved('a', 'skip'), closed('a', 'resolved')] as const
    expect(foldRunEvents(logOf(...end, handled('continue'))).nodeRuns.get('a')).toMatchObject({
      status: 'failed',
      port: 'success',
      endedAt: 1_060,
    })
    expect(foldRunEvents(logOf(...end, handled('supplied'))).nodeRuns.get('a')).toMatchObject({
      status: 'success',
      error: null,
      output: OUTPUT,
    })
  })

  test('is canceled with its run', () => {
    const view = foldRunEvents(logOf(...PARKED, closed('a', 'canceled')))
    expect(view.nodeRuns.get('a')).toMatchObject({ status: 'canceled', parkedWaitId: null, endedAt: 1_050 })
    expect(view.parked.get('a/1/0')).toMatchObject({ resolution: null, closed: 'canceled' })
  })

  test('may be a node that was never scheduled, or a loop after its iterations', () => {
    const join = foldRunEvents(logOf(started, parked('j')))
    expect(join).toMatchObject({ status: 'waiting' })
    expect(join.nodeRuns.get('j')).toMatchObject({ status: 'waiting', scheduledAt: 1_010 })
    const loop = [
      scheduled('l', 'inline'),
      ...iterating('l', 1),
      scheduled('l', 'inline', 2),
      failed('l'),
      parked('l', 2),
    ]
    expect(foldRunEvents(logOf(started, ...loop)).status).toBe('waiting')
  })

  test('ignores a resolution and an end of another wait', () => {
    const view = foldRunEvents(logOf(started, resolved('x', 'fail'), closed('x', 'resolved')))
    expect(view.parked.size).toBe(0)
    expect(view.nodeRuns.size).toBe(0)
  })
})
