import type { Meta, StoryObj } from '@storybook/react-vite'
import { TenonError } from '@tenon/core/errors'
import { WebhooksManager } from '@tenon/editor/webhooks'
import { createFixtureClient } from '../../packages/editor/test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../packages/editor/test/fixtures/fixture-data.ts'
import { deliveryOf, endpointOf } from '../../packages/editor/test/fixtures/webhooks-fixture.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Webhooks/List', decorators: [fullWindow] }
export default meta

const ENDPOINTS = [
  endpointOf('e1'),
  endpointOf('e2', { description: '', eventTypes: ['run.failed', 'approval.opened'] }),
  endpointOf('e3', { description: 'Pager', failingSince: '2026-11-30T10:00:00.000Z' }),
  endpointOf('e4', {
    ...{ description: 'Former warehouse', status: 'disabled' },
    disabledReason: 'Every delivery has failed for 3 days',
  }),
]
const DELIVERIES = [
  deliveryOf('evt_1', {
    ...{ state: 'failed', attempts: 10 },
    lastAttempt: { at: '2026-11-30T10:00:00.000Z', durationMs: 5, status: 500, error: 'The receiver answered 500' },
  }),
  deliveryOf('evt_2', { eventType: 'version.published' }),
]

const list = (data: FixtureData, failure: TenonError | null = null): StoryObj => ({
  loaders: [
    async () => {
      const fixture = createFixtureClient(data)
      fixture.fail('webhooks.list', failure)
      return { client: fixture.client }
    },
  ],
  render: (_args, context) => (
    <WebhooksManager
      client={context.loaded['client']}
      style={{ minHeight: '100%', background: 'var(--tenon-canvas)' }}
      {...instanceProps(context)}
    />
  ),
})

export const Webhooks = list({ endpoints: ENDPOINTS, deliveries: DELIVERIES })
export const NoWebhooks = list({})
export const BrokenList = list({}, new TenonError('UNAVAILABLE', 'The server does not answer'))
