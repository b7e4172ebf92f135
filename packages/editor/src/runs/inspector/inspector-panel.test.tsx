// @vitest-environment jsdom

import { TenonError } from '@tenon/core/errors'
import { render, screen, waitFor } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { reviewApproval } from '../../../test/fixtures/approvals.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import {
  decidedWhilePausedRun,
  escalatedRun,
  failedRun,
  missingPathRun,
  pausedWaitingRun,
  rejectedRun,
  unreadableModelRun,
  waitingRun,
} from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_DOCUMENT } from '../../../test/fixtures/ticket-workflow.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import { RunInspector } from '../viewer/run-parts.tsx'

function show(nodeId: string | null, data: FixtureData = { frames: escalatedRun().frames }) {
  const fixture = createFixtureClient(data)
  return { ...renderPart(<RunInspector client={fixture.client} runId={FIXTURE_RUN_ID} nodeId={nodeId} />), fixture }
}

describe('RunInspector', () => {
  test('has the texts of the host for the codes of attempts', async () => {
    const { client } = createFixtureClient({ frames: escalatedRun().frames })
    render(
      <EnsureInstance messages={{ 'error.HTTP_STATUS': 'Status' }}>
        <RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="ticket" />
      </EnsureInstance>,
    )
    expect(await screen.findByText('Status')).toBeDefined()
  })

  test('says first what happened, then the facts, then each attempt', async () => {
    show('ticket')
    expect(await screen.findByRole('heading', { name: 'Create ticket' })).toBeDefined()
    expect(await screen.findByText('HTTP call · attempt 2 of 5')).toBeDefined()
    expect(screen.getByText('Succeeded in 1.93 s')).toBeDefined()
    expect(screen.getByText('https://helpdesk.example/t/991')).toBeDefined()
    expect(screen.getByText('HTTP_STATUS')).toBeDefined()
  })

  test('shows tool calls with what was asked and answered', async () => {
    const { user } = show('analyze')
    expect(await screen.findByText('412 in, 38 out')).toBeDefined()
    expect(screen.getByText('$0.00045')).toBeDefined()
    await user.click(screen.getByRole('button', { name: /check_order_status/ }))
    expect(screen.getByText('O-4411')).toBeDefined()
    expect(screen.getByText('in transit')).toBeDefined()
  })

  test('reads of a long run the events of the node that it shows, and not its log', async () => {
    const { frames } = escalatedRun()
    const { user, fixture } = show('analyze', { frames, viewAt: frames.length - 1 })
    expect(await screen.findByText('412 in, 38 out')).toBeDefined()
    expect(screen.getByRole('button', { name: /check_order_status/ })).toBeDefined()
    await user.click(screen.getByRole('tab', { name: 'Log' }))
    expect(await screen.findByText(/Called check_order_status/)).toBeDefined()
    const called = fixture.calls.map(({ name, args }) => [name, ...args.slice(1)].join(' '))
    expect(called).toContain('runs.nodeRunEvents analyze 0')
    expect(called.filter((call) => call.startsWith('runs.ledger'))).not.toContain('runs.ledger')
    await user.click(screen.getByRole('tab', { name: 'Input' }))
    await waitFor(() => expect(screen.queryByText('Loading')).toBeNull())
    expect(fixture.calls.filter(({ name, args }) => name === 'runs.ledger' && args.length === 1)).toEqual([])
  })

  test('says why the events of a long run are missing, and shows them when they are there', async () => {
    const { frames } = escalatedRun()
    const fixture = createFixtureClient({ frames, viewAt: frames.length - 1 })
    fixture.fail('runs.nodeRunEvents', new TenonError('FORBIDDEN', 'No'))
    const { user } = renderPart(<RunInspector client={fixture.client} runId={FIXTURE_RUN_ID} nodeId="analyze" />)
    const again = await screen.findAllByRole('button', { name: 'Try again' })
    fixture.fail('runs.nodeRunEvents', null)
    await user.click(again[0] as HTMLElement)
    expect(await screen.findByText('412 in, 38 out')).toBeDefined()
  })

  test('reads an input that the log has not from the ledger', async () => {
    const { user, fixture } = show('happy')
    await user.click(await screen.findByRole('tab', { name: 'Input' }))
    expect(await screen.findByText('again on reading')).toBeDefined()
    expect(fixture.calls.filter((call) => call.name === 'runs.ledger')).toHaveLength(1)
  })

  test('has the log of the node alone', async () => {
    const { user } = show('crm')
    await user.click(await screen.findByRole('tab', { name: 'Log' }))
    expect(await screen.findByRole('log')).toHaveProperty('childElementCount', 1)
    expect(screen.queryByText(/Check policy/)).toBeNull()
    expect(screen.getByText('Finished in 210 ms')).toBeDefined()
  })

  test('says why a node was passed over', async () => {
    show('respond')
    expect(await screen.findByText('Not on the path that this run took')).toBeDefined()
  })

  test('asks for the decision in place and goes on when it is made', async () => {
    const startAt = Date.now() - 60_000
    const { frames } = waitingRun(startAt)
    const { user, fixture } = show('review', { frames, approvals: [reviewApproval()] })
    await user.click(await screen.findByRole('button', { name: 'Reject' }))
    expect(fixture.calls.find((call) => call.name === 'approvals.decide')?.args).toEqual([
      'apr-1',
      { choice: 'reject' },
    ])
    fixture.push(...rejectedRun(startAt).frames.slice(frames.length))
    await waitFor(() => expect(screen.getByText('Decided')).toBeDefined())
    expect(screen.getByText('No refund before the parcel is found')).toBeDefined()
  })

  test('says of a decision in a paused run that it is saved and when the run continues', async () => {
    const startAt = Date.now() - 60_000
    const { frames } = pausedWaitingRun(startAt)
    const { user, fixture } = show('review', { frames, approvals: [reviewApproval()] })
    await user.click(await screen.findByRole('button', { name: 'Reject' }))
    const saved = 'Decision saved. The run is paused and continues when it is resumed.'
    expect((await screen.findAllByText(saved)).length).toBeGreaterThan(0)
    fixture.push(...decidedWhilePausedRun(startAt).frames.slice(frames.length))
    expect(await screen.findByText('The run is paused. It continues when it is resumed.')).toBeDefined()
    expect(screen.queryByText(/so far/)).toBeNull()
  })

  test('shows every answer of a model that failed, without a further click', async () => {
    show('analyze', { frames: unreadableModelRun().frames })
    expect(await screen.findByText('3 answers of the model')).toBeDefined()
    expect(screen.getByRole('region', { name: 'Conversation with the model' })).toBeDefined()
    expect(screen.getByText('I am sorry, I cannot do that.')).toBeDefined()
    expect(screen.getByText('{"sentiment": "glad"}')).toBeDefined()
    expect(screen.getByText('Fault 2: sentiment must be a number')).toBeDefined()
  })

  test('shows the request, the response, the attempts and the remedy of a failed HTTP call, without a further click', async () => {
    show('ticket', { frames: failedRun().frames })
    expect(await screen.findByText('Failed: 503 from the help desk')).toBeDefined()
    expect(screen.getByText(/^Check the status page of the help desk\. All 5 attempts failed\./)).toBeDefined()
    expect(screen.getByText('POST https://helpdesk.example/t')).toBeDefined()
    expect(screen.getByText('{"error":"maintenance until 10:00"}')).toBeDefined()
    const fact = (label: string) => screen.getByText(label, { selector: 'dt' }).nextElementSibling?.textContent
    expect([fact('Status'), fact('Attempts')]).toEqual(['503', '5 of 5'])
  })

  test('names the field and the expression of a failed expression', async () => {
    const nodes = TICKET_DOCUMENT.nodes.map((node) =>
      node.id === 'ticket' ? { ...node, params: { url: '/tickets/{{input.nmae}}' } } : node,
    )
    show('ticket', { frames: missingPathRun().frames, document: { ...TICKET_DOCUMENT, nodes } })
    expect(await screen.findByText('Failed: input.nmae is missing')).toBeDefined()
    expect(await screen.findByText('url')).toBeDefined()
    expect(screen.getByTitle('input.nmae').textContent).toBe('Input › nmae')
  })

  test('asks for a node when none is chosen', async () => {
    show(null)
    expect(await screen.findByText('No node selected')).toBeDefined()
  })
})
