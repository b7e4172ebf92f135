// @vitest-environment jsdom
import type { ApprovalCall } from '@tenon/core/client'
import { screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import {
  AGENT_DOCUMENT,
  AGENT_MANIFEST,
  agentRun,
  approvedAsAsked,
  approvedWithEdits,
  mailApproval,
  withChild,
} from '../../../test/fixtures/called.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { ApprovalCard } from '../approval/approval-card.tsx'
import type { ShownApproval } from '../approval/approval-of-view.ts'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { OpenParked } from '../viewer/open-parked.tsx'
import { RunDock } from '../viewer/run-dock.tsx'
import { RunViewer } from '../viewer/run-viewer.tsx'

function fixture(log = agentRun()) {
  return createFixtureClient({
    document: AGENT_DOCUMENT,
    manifest: AGENT_MANIFEST,
    frames: log.frames,
    approvals: [mailApproval()],
  })
}

function show(log = agentRun()) {
  const { client, calls } = fixture(log)
  const view = renderPart(
    <RunProvider client={client} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <RunReady scope={scope}>
          {() => (
            <>
              <InspectorPanel scope={scope} nodeId="agent" />
              <RunDock scope={scope} selectedNodeId={null} onSelectNode={() => {}} />
            </>
          )}
        </RunReady>
      )}
    </RunProvider>,
  )
  const decisions = () => calls.flatMap(({ name, args }) => (name === 'approvals.decide' ? [args] : []))
  return { ...view, decisions }
}

describe('the calls of a node', () => {
  test('are listed by round, each with its state, and open to their data', async () => {
    const { user } = show()
    const list = await screen.findByRole('region', { name: 'Calls' })
    expect(
      within(list)
        .getAllByRole('button', { expanded: false })
        .map(({ textContent }) => textContent),
    ).toEqual(['Find the orderSucceeded · 2 s', expect.stringContaining('Read the weatherFailed')])
    expect(within(list).getByText('Round 2')).toBeDefined()
    expect(within(list).getByText('The weather service is down')).toBeDefined()
    expect(within(list).getByText('Continues with the first that succeeds')).toBeDefined()
    await user.click(within(list).getByRole('button', { name: /^Find the order/ }))
    // The question that waits lists its arguments as well, once it has been read.
    expect(within(list).getAllByRole('heading', { name: 'Arguments' }).length).toBeGreaterThan(0)
    expect(within(list).getByRole('heading', { name: 'Output' })).toBeDefined()
    // The headline of the node, and its rows in the timeline.
    expect(screen.getByText('0 of 1 call')).toBeDefined()
    const rows = screen.getAllByRole('option').map(({ textContent }) => textContent)
    expect(rows).toHaveLength(5)
    expect(rows.slice(1).every((text) => text?.startsWith('Agent'))).toBe(true)
    expect(rows[2]).toMatch(/^Agent · Find the order · Succeeded/)
  })

  test('show the run of a workflow that a call has started', async () => {
    show(withChild(agentRun()))
    const list = await screen.findByRole('region', { name: 'Calls' })
    // It waits, so it is open.
    expect(await within(list).findByRole('region', { name: 'Started run' })).toBeDefined()
    expect(within(list).getAllByRole('heading', { name: 'Arguments' }).length).toBeGreaterThan(0)
  })

  test('are approved with changed arguments, which a person may take back', async () => {
    const { user, decisions } = show()
    const change = async (to: string) => {
      await user.click(await screen.findByRole('button', { name: 'Edit arguments' }))
      const dialog = await screen.findByRole('dialog', { name: 'Edit arguments' })
      const field = within(dialog).getByRole('textbox', { name: /^To/ })
      await user.clear(field)
      await user.type(field, to)
      await user.click(within(dialog).getByRole('button', { name: 'Use these arguments' }))
    }
    await change('ann@example.com')
    const card = screen.getByRole('article', { name: 'Send this mail?' })
    expect(await within(card).findByText('ann@example.com')).toBeDefined()
    await user.click(within(card).getByRole('button', { name: 'Undo the change' }))
    expect(within(card).getByText('bob@example.com')).toBeDefined()
    await change('ann@example.com')
    await user.click(within(card).getByRole('button', { name: 'Approve' }))
    const params = { to: 'ann@example.com', text: 'The parcel is late.' }
    expect(decisions()).toEqual([['approval-mail', { choice: 'approve', params }]])
  })

  test('show the arguments of a vote, for which another person may vote as well', async () => {
    const params = { to: 'ann@example.com', text: 'Sorry.' }
    const actor = { userId: 'u-mina', displayName: 'Mina Kaur', role: 'editor' }
    const approval = { ...mailApproval(), required: 2, votes: [{ actor, choice: 'approve', at: 0, params }] }
    const sent: unknown[][] = []
    const onDecide = async (...decision: unknown[]) => void sent.push(decision)
    const { user, rerender } = renderPart(<ApprovalCard approval={approval} onDecide={onDecide} />)
    const given = await screen.findByRole('region', { name: 'Mina Kaur voted for these arguments' })
    expect(within(given).getByText('ann@example.com')).toBeDefined()
    await user.click(within(given).getByRole('button', { name: 'Use these arguments' }))
    expect(within(given).queryByRole('button')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    expect(sent).toEqual([['approve', '', params]])
    const call = { ...(approval.call as ApprovalCall), params: null, isParamsLeftOut: true } as const
    const large = {
      ...approval,
      approvalId: 'large',
      call,
      votes: [{ actor, choice: 'approve', at: 0, isParamsLeftOut: true }],
    }
    rerender(<ApprovalCard approval={large as ShownApproval} onDecide={onDecide} />)
    expect(await screen.findAllByText('The arguments are too large to be shown here')).toHaveLength(2)
    expect(screen.queryByRole('button', { name: 'Edit arguments' })).toBeNull()
  })

  test('name no person whose arguments lost the vote', async () => {
    const { user } = show(approvedAsAsked(agentRun(2)))
    const list = await screen.findByRole('region', { name: 'Calls' })
    await user.click(within(list).getByRole('button', { name: /^Send a mail/ }))
    expect(await within(list).findByRole('region', { name: 'Mina Kaur voted for these arguments' })).toBeDefined()
    // Those of the question and those of the call.
    expect(within(list).getAllByRole('heading', { name: 'Arguments' })).toHaveLength(2)
    expect(within(list).queryByText('Arguments changed by Mina Kaur')).toBeNull()
  })

  test('show what a person has changed', async () => {
    const { user } = show(approvedWithEdits(agentRun()))
    const list = await screen.findByRole('region', { name: 'Calls' })
    await user.click(within(list).getByRole('button', { name: /^Send a mail/ }))
    expect(await within(list).findByText('Arguments changed by Mina Kaur')).toBeDefined()
    expect(within(list).getByText('Arguments before the change')).toBeDefined()
  })

  test('are named in the line about one that needs a fix', async () => {
    const error = { code: 'NODE_FAILED', message: 'The mail service is down' }
    const log = agentRun().add({
      type: 'node_parked',
      nodeRunId: 'agent.2-mail',
      data: { pass: 1, waitId: 'agent.2-mail/1/1', error, fingerprint: 'mail', resolutions: ['retry'] },
    })
    const { client } = fixture(log)
    renderPart(
      <RunProvider client={client} runId={FIXTURE_RUN_ID}>
        {(scope) => <OpenParked scope={scope} onSelectNode={() => {}} />}
      </RunProvider>,
    )
    expect(await screen.findByText(/· Send a mail needs a fix\.$/)).toBeDefined()
  })

  test('are counted on the card, and the question is named by its call', async () => {
    renderPart(<RunViewer client={fixture().client} runId={FIXTURE_RUN_ID} />)
    const card = await screen.findByLabelText('Agent, Agent')
    expect(await within(card).findByText(/^0 of 1 call/)).toBeDefined()
    expect(await screen.findByText('Agent · Send a mail is waiting for a decision.')).toBeDefined()
  })
})
