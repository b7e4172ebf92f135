// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen, waitFor } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { reviewApproval } from '../../../test/fixtures/approvals.ts'
import { renderPart, t } from '../../../test/fixtures/render.tsx'
import { RUN_STARTED_AT } from '../../../test/fixtures/ticket-runs.ts'
import { ApprovalCard } from './approval-card.tsx'
import type { ShownApproval } from './approval-of-view.ts'
import { choiceLabel, progressOf, whoDecides } from './approval-words.ts'

const now = RUN_STARTED_AT + 48 * 60_000
const actor = { userId: 'u-mina', displayName: 'Mina Kaur', role: 'editor' }

function show(change: Parameters<typeof reviewApproval>[0] = {}, onDecide = vi.fn(async () => {})) {
  return { ...renderPart(<ApprovalCard approval={reviewApproval(change)} onDecide={onDecide} now={now} />), onDecide }
}

describe('ApprovalCard', () => {
  test('gives what is needed to decide', () => {
    show()
    expect(screen.getByRole('article', { name: 'Manual review' })).toBeDefined()
    expect(
      screen.getByText('Support ticket router. Requested 48 minutes ago. Can be decided by any editor.'),
    ).toBeDefined()
    expect(screen.getByText('Due in 3 h 12 min')).toBeDefined()
    expect(screen.getByText('C-789, since 2021')).toBeDefined()
    expect(screen.getByText('shipping, high urgency')).toBeDefined()
  })

  test('sends the choice with its comment', async () => {
    const { user, onDecide } = show()
    await user.type(screen.getByRole('textbox', { name: 'Comment' }), '  The parcel is on its way ')
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    expect(onDecide).toHaveBeenCalledExactlyOnceWith('approve', 'The parcel is on its way')
  })

  test('refuses a second click while a decision is on its way', async () => {
    let finish = () => {}
    const onDecide = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    const { user } = show({}, onDecide)
    await user.click(screen.getByRole('button', { name: 'Reject' }))
    await user.click(screen.getByRole('button', { name: 'Reject' }))
    expect(screen.getByRole('button', { name: 'Approve' })).toHaveProperty('disabled', true)
    expect(onDecide).toHaveBeenCalledTimes(1)
    finish()
    await waitFor(() => expect(screen.getByRole('button', { name: 'Approve' })).toHaveProperty('disabled', false))
  })

  test('says what went wrong and keeps the comment for another try', async () => {
    const { user } = show(
      {},
      vi.fn(async () => {
        throw new TenonError('APPROVAL_CLOSED', 'Mina Kaur has rejected it already')
      }),
    )
    await user.type(screen.getByRole('textbox', { name: 'Comment' }), 'Fine')
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Mina Kaur has rejected it already')
    expect(screen.getByRole('textbox', { name: 'Comment' })).toHaveProperty('value', 'Fine')
  })

  test('shows no error text of an unknown fault', async () => {
    const { user } = show(
      {},
      vi.fn(async () => {
        throw new Error('connect ECONNREFUSED 10.0.0.7')
      }),
    )
    await user.click(screen.getByRole('button', { name: 'Approve' }))
    expect((await screen.findByRole('alert')).textContent).toBe('The decision could not be sent')
  })

  test('names who may decide to those who may not', () => {
    show({ canDecide: false })
    expect(screen.getByText('Waiting for any editor to decide.')).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })

  test('says who decided, how and why', () => {
    show({
      status: 'resolved',
      votes: [{ actor, choice: 'reject', comment: 'No refund', at: now - 3_600_000, override: true }],
    })
    expect(screen.getByText('Decided')).toBeDefined()
    const vote = screen.getByRole('list', { name: 'Decisions' })
    expect(vote.textContent).toContain('Mina Kaur 1 hour ago (as an admin)No refund')
    expect(screen.queryByRole('button')).toBeNull()
  })

  test.each([
    ['timeout', 'No decision was made in time.'],
    ['canceled', 'The run was canceled before a decision was made.'],
  ] as const)('says that it was closed by %s', (status, text) => {
    show({ status })
    expect(screen.getByText(text)).toBeDefined()
    expect(screen.queryByRole('textbox')).toBeNull()
  })

  test('says that it is late', () => {
    show({ dueAt: new Date(now - 5 * 60_000).toISOString() })
    expect(screen.getByText('Overdue by 5 min')).toBeDefined()
  })

  test('offers the choices that the workflow names', async () => {
    const { user, onDecide } = show({ choices: ['ship_now', 'hold'] })
    await user.click(screen.getByRole('button', { name: 'Hold' }))
    expect(onDecide).toHaveBeenCalledWith('hold', '')
    expect(screen.getByRole('button', { name: 'Ship now' })).toBeDefined()
  })
})

describe('words', () => {
  test.each([
    [{}, 'any admin or editor'],
    [{ roles: ['admin'] }, 'any admin'],
    [{ roles: ['admin', 'editor', 'viewer'] }, 'any admin, editor or viewer'],
    [{ userIds: ['a', 'b'] }, '2 named people'],
    [{ roles: ['admin'], userIds: ['a'] }, 'any admin or one named person'],
  ] as const)('%j is %s', (approvers, text) => {
    expect(whoDecides(approvers, t)).toBe(text)
  })

  test('progress counts the leading choice, only where one vote is not enough', () => {
    const vote = (choice: string) => ({ actor, choice, at: 0 })
    const approval: ShownApproval = reviewApproval({ required: 2, votes: [vote('reject')] })
    expect(progressOf(approval, t)).toBe('1 of 2: Reject')
    expect(progressOf({ ...approval, required: 1 }, t)).toBe('')
    const edited = { ...vote('approve'), params: { to: 'ann' } }
    const large = { ...vote('approve'), isParamsLeftOut: true } as const
    const votes = [vote('approve'), edited, large, { ...large }]
    expect(progressOf({ ...approval, votes }, t)).toBe('1 of 2: Approve')
    expect(progressOf({ ...approval, votes: [...votes, { ...edited }] }, t)).toBe('2 of 2: Approve')
  })

  test('a choice is written as words', () => {
    expect(choiceLabel('send-back_later', t)).toBe('Send back later')
  })
})
