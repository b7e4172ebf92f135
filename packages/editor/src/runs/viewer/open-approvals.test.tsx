// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { reviewApproval } from '../../../test/fixtures/approvals.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, waitingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { OpenApprovals } from './open-approvals.tsx'

function show(canDecide: boolean, frames = waitingRun(Date.now() - 60_000).frames) {
  const { client } = createFixtureClient({ frames, approvals: [{ ...reviewApproval(), canDecide }] })
  const onSelectNode = vi.fn()
  const onOpenApprovals = vi.fn()
  const view = renderPart(
    <RunProvider client={client} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <RunReady scope={scope}>
          {(ready) => <OpenApprovals scope={ready} onSelectNode={onSelectNode} onOpenApprovals={onOpenApprovals} />}
        </RunReady>
      )}
    </RunProvider>,
  )
  return { ...view, onSelectNode, onOpenApprovals }
}

test('a run that waits leads an approver to the decision and to the list of approvals', async () => {
  const { user, onSelectNode, onOpenApprovals } = show(true)
  await user.click(await screen.findByRole('button', { name: 'Decide' }))
  expect(onSelectNode).toHaveBeenCalledExactlyOnceWith('review')
  await user.click(screen.getByRole('button', { name: 'All approvals' }))
  expect(onOpenApprovals).toHaveBeenCalledOnce()
  expect(screen.getByRole('status').textContent).toContain('is waiting for a decision.')
})

test('a reader who may not decide is offered the question only', async () => {
  const { onSelectNode, user } = show(false)
  await user.click(await screen.findByRole('button', { name: 'Show the question' }))
  expect(onSelectNode).toHaveBeenCalledExactlyOnceWith('review')
  expect(screen.queryByRole('button', { name: 'Decide' })).toBeNull()
})

test('a run that waits for many decisions has a line for the first ones, and one for the others', async () => {
  const { frames } = waitingRun(Date.now() - 60_000)
  const more = frames.filter(({ type }) => type === 'approval_needed' || type === 'node_scheduled').slice(-2)
  const copies = [0, 1, 2, 3].flatMap((index) =>
    more.map((frame) => {
      const nodeRunId = `review#${index}`
      const data = { ...frame.data, ...('waitId' in frame.data ? { waitId: `${nodeRunId}/1/0` } : {}) }
      return { ...frame, nodeRunId, data } as typeof frame
    }),
  )
  const seq = frames.at(-1)?.seq ?? 0
  const { user, onOpenApprovals } = show(true, [
    ...frames,
    ...copies.map((frame, index) => ({ ...frame, seq: seq + 1 + index })),
  ])
  await screen.findByText('2 more decisions are awaited.')
  expect(screen.getByRole('status').children).toHaveLength(4)
  await user.click(screen.getByRole('button', { name: 'All approvals' }))
  expect(onOpenApprovals).toHaveBeenCalledOnce()
})

test('a run that has ended waits for no decision', async () => {
  show(true, escalatedRun().frames)
  expect((await screen.findByRole('status')).textContent).toBe('')
})
