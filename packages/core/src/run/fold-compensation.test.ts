import { expect, test } from 'vitest'
import { foldRunEvents } from './fold.ts'
import { begun, completed, type Event, failed, logOf, scheduled, started } from './testing/log-of.ts'

const ACTOR = { userId: 'cleo', displayName: 'Cleo' }
const ran = (id: string) => [scheduled(id), begun(id), completed(id)] as const
const undo = (id: string): Event => ({
  type: 'node_scheduled',
  nodeRunId: `undo_${id}`,
  data: { pass: 1, mode: 'dispatch', queue: null, resume: null, undoes: id },
})
const compensated = (id: string, how: 'undone' | 'skipped'): Event => ({
  type: 'node_compensated',
  nodeRunId: id,
  data: { by: `undo_${id}`, how },
})
const FAILED = [
  ...[started, ...ran('a'), ...ran('b'), scheduled('c'), begun('c'), failed('c')],
  { type: 'compensation_started', data: { because: 'failed', count: 2 } },
  undo('b'),
] as const satisfies readonly Event[]

test('a run that undoes what it has done is running, and counts its steps', () => {
  const view = foldRunEvents(logOf(...FAILED))
  expect(view).toMatchObject({
    status: 'running',
    compensation: { because: 'failed', count: 2, undone: 0, endedAt: null },
  })
  expect(view.nodeRuns.get('undo_b')).toMatchObject({ undoes: 'b', status: 'idle' })
  expect(view.nodeRuns.get('b')).toMatchObject({ undoes: null, status: 'success' })

  const ended = foldRunEvents(
    logOf(
      ...[...FAILED, begun('undo_b'), completed('undo_b'), compensated('b', 'undone'), undo('a')],
      { type: 'compensation_skip_requested', data: { actor: ACTOR } },
      compensated('a', 'skipped'),
      { type: 'compensation_ended', data: { undone: 1, skipped: 1, left: 0 } },
    ),
  )
  expect(ended.compensation).toMatchObject({ undone: 1, skipped: 1, skippedBy: ACTOR })
  expect(ended.compensation?.endedAt).not.toBeNull()
  expect(ended.nodeRuns.get('b')?.status).toBe('compensated')
  expect(ended.nodeRuns.get('a')?.status).toBe('success')
})

test('a request to end a run without undoing leaves no trace in a run that undoes nothing', () => {
  const view = foldRunEvents(logOf(started, { type: 'compensation_skip_requested', data: { actor: ACTOR } }))
  expect(view.compensation).toBeNull()
})
