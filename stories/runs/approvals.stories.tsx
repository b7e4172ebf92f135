import type { Meta, StoryObj } from '@storybook/react-vite'
import type { Approval } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { ApprovalCard, ApprovalInbox, type ShownApproval } from '@tenon/editor/runs'
import { reviewApproval } from '../../packages/editor/test/fixtures/approvals.ts'
import { createFixtureClient } from '../../packages/editor/test/fixtures/fixture-client.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Approvals', decorators: [fullWindow] }
export default meta

const HOUR = 3_600_000
const iso = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString()

function inboxApprovals(): readonly Approval[] {
  return [
    reviewApproval({ openedAt: iso(-48 * 60_000), dueAt: iso(3.2 * HOUR) }),
    reviewApproval({
      approvalId: 'apr-2',
      title: 'Payment above 5,000 €',
      workflowName: 'Invoice intake',
      message: 'Nordlicht GmbH asks for 7,250.00 €.',
      evidence: { invoice: 'INV-2291', supplier: 'Nordlicht GmbH', lines: [{ item: 'Panels', total: 7250 }] },
      openedAt: iso(-5 * HOUR),
      dueAt: iso(20 * HOUR),
    }),
    reviewApproval({
      approvalId: 'apr-3',
      title: 'New vendor',
      workflowName: 'Vendor onboarding',
      message: '',
      evidence: { vendor: 'Nordlicht GmbH' },
      required: 2,
      votes: [
        {
          actor: { userId: 'u-mina', displayName: 'Mina Kaur', role: 'admin' },
          choice: 'approve',
          at: Date.now() - HOUR,
        },
      ],
      openedAt: iso(-26 * HOUR),
      dueAt: null,
      canDecide: false,
    }),
  ]
}

const inbox = (approvals: () => readonly Approval[], failure: TenonError | null = null): StoryObj => ({
  loaders: [
    async () => {
      const fixture = createFixtureClient({ approvals: approvals() })
      fixture.fail('approvals.list', failure)
      return { client: fixture.client }
    },
  ],
  render: (_args, context) => (
    <ApprovalInbox
      client={context.loaded['client']}
      onOpenRun={() => {}}
      style={{ minHeight: '100%', background: 'var(--tenon-canvas)' }}
      {...instanceProps(context)}
    />
  ),
})

export const Inbox = inbox(inboxApprovals)
export const EmptyInbox = inbox(() => [])
export const BrokenInbox = inbox(() => [], new TenonError('UNAVAILABLE', 'The server does not answer'))

const card = (approval: () => ShownApproval, onDecide: () => Promise<unknown> = async () => {}): StoryObj => ({
  render: (_args, context) => (
    <div className="story-pad" style={{ maxInlineSize: 640 }}>
      <ApprovalCard approval={approval()} onDecide={onDecide} {...instanceProps(context)} />
    </div>
  ),
})

const actor = { userId: 'u-mina', displayName: 'Mina Kaur', role: 'editor' }

export const Overdue = card(() => reviewApproval({ openedAt: iso(-9 * HOUR), dueAt: iso(-5 * HOUR) }))
export const NotForMe = card(() => reviewApproval({ openedAt: iso(-HOUR), dueAt: iso(HOUR), canDecide: false }))
export const Refused = card(
  () => reviewApproval({ openedAt: iso(-HOUR), dueAt: iso(HOUR) }),
  async () => {
    throw new TenonError('APPROVAL_CLOSED', 'Mina Kaur has rejected it already')
  },
)
export const Decided = card(() =>
  reviewApproval({
    status: 'resolved',
    canDecide: false,
    openedAt: iso(-2 * HOUR),
    votes: [{ actor, choice: 'reject', comment: 'No refund before the parcel is found', at: Date.now() - HOUR }],
  }),
)
export const TimedOut = card(() => reviewApproval({ status: 'timeout', canDecide: false, openedAt: iso(-5 * HOUR) }))
