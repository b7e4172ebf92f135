import { foldRunEvents, fromFrame, idleNodeRun } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { failedRun } from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { createNodeDirectory } from '../store/node-directory.ts'
import { timelineRows } from './bars.ts'
import { describeRow, describeSegment } from './describe-row.ts'

test('a failed node and its attempts have the texts of the host for their codes', () => {
  const log = failedRun()
  const t = createTranslate({ ...en, ...enRuns, 'error.HTTP_STATUS': 'Der Dienst ist gestört' }, 'en')
  const nodes = createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST)
  const node = nodes.get('ticket')
  const view = foldRunEvents(log.frames.map(fromFrame))
  const rows = timelineRows({ view, chosenItems: new Map() }, nodes, log.at)
  const row = rows.find(({ nodeId }) => nodeId === 'ticket')
  const attempt = row?.segments.find(({ kind }) => kind === 'failed')
  if (row === undefined || attempt === undefined) throw new Error('the node has no failed attempt')
  expect(describeRow(row, nodes, t, 'en')).toMatch(/^Create ticket · Failed · .* · Der Dienst ist gestört$/)
  expect(describeSegment(attempt, node, t, 'en')).toMatch(/^Create ticket · attempt 1 · .* · Der Dienst ist gestört$/)
})

test('a canceled node says that another branch was first, if a join continued without it', () => {
  const nodes = createNodeDirectory(TICKET_DOCUMENT, TICKET_MANIFEST)
  const t = createTranslate({ ...en, ...enRuns }, 'en')
  const nodeRun = { ...idleNodeRun('ticket'), status: 'canceled', startedAt: 1, endedAt: 11 } as const
  const say = (isLoser: boolean) =>
    describeRow(
      { nodeId: 'ticket', nodeRun: { ...nodeRun, isLoser }, segments: [], durationMs: null, depth: 0, isOpen: false },
      nodes,
      t,
      'en',
    )
  expect(say(true)).toMatch(/^Create ticket · Canceled: another branch was first · started/)
  expect(say(false)).toMatch(/^Create ticket · Canceled · started/)
})
