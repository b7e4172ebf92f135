// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { reviewApproval } from '../../../test/fixtures/approvals.ts'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { ApprovalInbox } from './approval-inbox.tsx'

const iso = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString()
const HOUR = 3_600_000

function show() {
  const fixture = createFixtureClient({
    approvals: [
      reviewApproval({ approvalId: 'later', title: 'Payment', dueAt: iso(20 * HOUR) }),
      reviewApproval({ approvalId: 'not-mine', title: 'New vendor', dueAt: iso(HOUR), canDecide: false }),
      reviewApproval({ approvalId: 'soon', title: 'Manual review', dueAt: iso(3 * HOUR) }),
    ],
  })
  const onOpenRun = vi.fn()
  return { ...renderPart(<ApprovalInbox client={fixture.client} onOpenRun={onOpenRun} />), fixture, onOpenRun }
}

describe('ApprovalInbox', () => {
  test('puts first what the reader may decide and what is due first', async () => {
    show()
    const list = await screen.findByRole('list', { name: 'Open approvals' })
    const titles = within(list)
      .getAllByRole('button')
      .map((item) => item.querySelector('b')?.textContent)
    expect(titles).toEqual(['Manual review', 'Payment'])
    expect(screen.getByRole('article', { name: 'Manual review' })).toBeDefined()
  })

  test('lists apart, to be read only, what the reader may not decide', async () => {
    const { user } = show()
    const others = await screen.findByRole('list', { name: 'Waiting for others' })
    await user.click(within(others).getByRole('button', { name: /New vendor/ }))
    const card = await screen.findByRole('article', { name: 'New vendor' })
    expect(within(card).queryByRole('button', { name: 'Approve' })).toBeNull()
  })

  test('brings the card of a chosen approval into view, which lies below the list on a phone', async () => {
    const revealed: string[] = []
    vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      revealed.push(this.textContent ?? '')
    })
    const { user } = show()
    const list = await screen.findByRole('list', { name: 'Open approvals' })
    expect(revealed).toEqual([])
    await user.click(within(list).getByRole('button', { name: /Payment/ }))
    expect(revealed).toEqual([expect.stringContaining('Payment')])
  })

  test('says to a viewer that nothing waits for them, above what waits for others', async () => {
    const approvals = [reviewApproval({ title: 'New vendor', canDecide: false })]
    renderPart(<ApprovalInbox client={createFixtureClient({ approvals }).client} />)
    expect(await screen.findByText('Nothing is waiting for you')).toBeDefined()
    expect(screen.getByRole('heading', { name: 'Waiting for others' })).toBeDefined()
    expect(screen.queryByRole('list', { name: 'Open approvals' })).toBeNull()
  })

  test('decides, shows the decision, and offers the next one', async () => {
    const { user, fixture } = show()
    await user.click(await screen.findByRole('button', { name: 'Approve' }))
    const card = await screen.findByRole('article', { name: 'Manual review' })
    expect(await within(card).findByText('Decided')).toBeDefined()
    expect(fixture.calls.find((call) => call.name === 'approvals.decide')?.args).toEqual([
      'soon',
      { choice: 'approve' },
    ])
    await user.click(await screen.findByRole('button', { name: 'Next: Payment' }))
    expect(screen.getByRole('article', { name: 'Payment' })).toBeDefined()
  })

  test('leads to the run', async () => {
    const { user, onOpenRun } = show()
    await user.click(await screen.findByRole('button', { name: 'Open run' }))
    expect(onOpenRun).toHaveBeenCalledWith('run-0192-8f3a')
  })

  test('says that nothing waits', async () => {
    renderPart(<ApprovalInbox client={createFixtureClient().client} />)
    expect(await screen.findByText('Nothing is waiting for you')).toBeDefined()
  })

  test('says what failed and tries again', async () => {
    const fixture = createFixtureClient({ approvals: [reviewApproval()] })
    fixture.fail('approvals.list', new TenonError('UNAVAILABLE', 'The server does not answer'))
    const { user } = renderPart(<ApprovalInbox client={fixture.client} />)
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
    fixture.fail('approvals.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('article', { name: 'Manual review' })).toBeDefined()
  })

  test('shows at once what another person has decided, and puts no other card under the pointer', async () => {
    const { user, fixture } = show()
    const card = await screen.findByRole('article', { name: 'Manual review' })
    expect(within(card).getByRole('button', { name: 'Approve' })).toBeDefined()
    await act(() => fixture.client.approvals.decide('soon', { choice: 'reject' }))
    act(() => fixture.announce({ kind: 'approval', id: 'soon', workflowId: 'wf' }))
    expect(await screen.findByText('Decided')).toBeDefined()
    const same = screen.getByRole('article', { name: 'Manual review' })
    expect(within(same).queryByRole('button', { name: 'Approve' })).toBeNull()
    const list = screen.getByRole('list', { name: 'Open approvals' })
    expect(within(list).queryByText('Manual review')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Next: Payment' }))
    expect(screen.getByRole('article', { name: 'Payment' })).toBeDefined()
  })

  test('shows what another person has decided once the server that was away has answered', async () => {
    const { client, announce } = createFixtureClient({ approvals: [reviewApproval()] })
    const away = new TenonError('UNAVAILABLE', 'The server does not answer')
    let isAway = true
    const list: typeof client.approvals.list = (query, options) =>
      query?.runId !== undefined && isAway ? Promise.reject(away) : client.approvals.list(query, options)
    renderPart(<ApprovalInbox client={{ ...client, approvals: { ...client.approvals, list } }} />)
    await screen.findByRole('button', { name: 'Approve' })
    vi.useFakeTimers()
    await act(() => client.approvals.decide('apr-1', { choice: 'reject' }))
    act(() => announce({ kind: 'approval', id: 'apr-1', workflowId: 'wf-tickets' }))
    await act(() => vi.advanceTimersByTimeAsync(1_000))
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
    expect(screen.queryByText('Decided')).toBeNull()
    isAway = false
    await act(() => vi.advanceTimersByTimeAsync(2_000))
    expect(screen.getByText('Decided')).toBeDefined()
  })

  test('a vote that does not decide takes the buttons away, whatever the answer says of them', async () => {
    const fixture = createFixtureClient({ approvals: [reviewApproval({ required: 2 })] })
    const open = { ...reviewApproval({ required: 2 }), status: 'open' as const, canDecide: true }
    const client = { ...fixture.client, approvals: { ...fixture.client.approvals, decide: async () => open } }
    const { user } = renderPart(<ApprovalInbox client={client} />)
    await user.click(await screen.findByRole('button', { name: 'Approve' }))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull())
  })

  test('a decision that comes too late says so and shows how it ended', async () => {
    const { user, fixture } = show()
    await screen.findByRole('article', { name: 'Manual review' })
    await act(() => fixture.client.approvals.decide('soon', { choice: 'reject' }))
    fixture.fail('approvals.decide', new TenonError('APPROVAL_CLOSED', 'It is decided'))
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    expect(await screen.findByText('Decided')).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })

  test('reads the list again for approvals only', async () => {
    const { fixture } = show()
    await screen.findByRole('article', { name: 'Manual review' })
    const reads = () => fixture.calls.filter(({ name }) => name === 'approvals.list').length
    act(() => fixture.announce({ kind: 'run', id: 'r' }))
    expect(reads()).toBe(1)
    act(() => fixture.announce({ kind: 'approval', id: 'x' }))
    await waitFor(() => expect(reads()).toBe(2))
  })
})
