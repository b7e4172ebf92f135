import type { Meta, StoryObj } from '@storybook/react-vite'
import { TenantPause } from '@tenon/editor/runs'
import { createFixtureClient, PAUSE } from '../../packages/editor/test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../packages/editor/test/fixtures/fixture-data.ts'
import { instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Queue' }
export default meta

const tenantPause = (data: FixtureData): StoryObj => ({
  loaders: [async () => ({ client: createFixtureClient(data).client })],
  render: (_args, context) => <TenantPause client={context.loaded['client']} {...instanceProps(context)} />,
})

const BUSY = { pause: null, queuedRuns: 128, runsInProgress: 500, runsInProgressLimit: 500, queuedRunsLimit: 10_000 }

export const NothingWaits = tenantPause({ role: 'admin' })
export const AtTheLimit = tenantPause({ role: 'admin', tenant: BUSY })
export const AllPaused = tenantPause({ role: 'admin', tenant: { ...BUSY, pause: PAUSE } })
export const AllPausedForViewers = tenantPause({ role: 'viewer', tenant: { ...BUSY, pause: PAUSE } })
