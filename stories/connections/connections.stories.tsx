import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ConnectionInfo } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { ConnectionsManager } from '@tenon/editor/connections'
import { connectionOf } from '../../packages/editor/test/fixtures/connections-fixture.ts'
import { createFixtureClient } from '../../packages/editor/test/fixtures/fixture-client.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Connections/List', decorators: [fullWindow] }
export default meta

const CONNECTIONS: readonly ConnectionInfo[] = [
  connectionOf('c1'),
  connectionOf('c2', { name: 'Mail of support', connector: 'basic', sharing: { kind: 'user' } }),
  connectionOf('c3', {
    ...{ name: 'Warehouse', connector: 'api-key', status: 'needs_reauth' },
    statusReason: 'The service did not accept the credentials',
  }),
]

const list = (connections: readonly ConnectionInfo[], failure: TenonError | null = null): StoryObj => ({
  loaders: [
    async () => {
      const fixture = createFixtureClient({ connections })
      fixture.fail('connections.list', failure)
      return { client: fixture.client }
    },
  ],
  render: (_args, context) => (
    <ConnectionsManager
      client={context.loaded['client']}
      style={{ minHeight: '100%', background: 'var(--tenon-canvas)' }}
      {...instanceProps(context)}
    />
  ),
})

export const Connections = list(CONNECTIONS)
export const NoConnections = list([])
export const BrokenList = list([], new TenonError('UNAVAILABLE', 'The server does not answer'))
