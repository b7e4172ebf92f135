import type { ConnectionInfo, TenonClient } from '@tenon/core/client'
import { type ReactNode, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import type { Pages } from '../client/use-pages.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ConnectionTexts } from '../shell/connection-texts.tsx'
import { EnsureInstance } from '../shell/ensure-instance.tsx'
import type { InstanceProps } from '../shell/instance-root.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { ConnectionItem } from './connection-item.tsx'
import { isForbidden, useConnections, useConnectors } from './use-connections.ts'

/** Props of the list of connections. */
export interface ConnectionsManagerProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  /** Opens a workflow that uses a connection. Without it, its name is a plain text. */
  readonly onOpenWorkflow?: (workflowId: string) => void
}

/** List of the connections of a tenant, in which people create, test, change and delete them, and connect them again. */
export function ConnectionsManager({ client, onOpenWorkflow, ...instance }: ConnectionsManagerProps) {
  return (
    <EnsureInstance {...instance}>
      <ConnectionTexts>
        <Manager client={client} onOpenWorkflow={onOpenWorkflow} />
      </ConnectionTexts>
    </EnsureInstance>
  )
}

interface ManagerProps {
  readonly client: TenonClient
  readonly onOpenWorkflow: ((workflowId: string) => void) | undefined
}

function Manager({ client, onOpenWorkflow }: ManagerProps) {
  const { t } = useInstance()
  const connections = useConnections(client)
  const connectors = useConnectors(client).value?.items ?? []
  /** Connection whose dialog is open; `null` for a new one, `undefined` for none. */
  const [edited, setEdited] = useState<ConnectionInfo | null | undefined>(undefined)
  /** Connection that was saved last, with the number of times, which makes each of them a test of its own. */
  const [saved, setSaved] = useState<{ readonly id: string; readonly count: number } | null>(null)
  const isEmpty = connections.items.length === 0
  const create = (
    <Button variant="primary" icon="plus" onClick={() => setEdited(null)}>
      {t('connections.new')}
    </Button>
  )
  return (
    <section className="tn-inbox" aria-label={t('connections.title')}>
      <header className="tn-connections-head">
        <h1 className="tn-inbox-title">{t('connections.title')}</h1>
        {!isEmpty && create}
      </header>
      {isEmpty ? (
        <NoConnections connections={connections} action={create} />
      ) : (
        <>
          <ul className="tn-connections" aria-label={t('connections.list')}>
            {connections.items.map((connection) => (
              <ConnectionItem
                key={connection.id === saved?.id ? `${connection.id} ${saved.count}` : connection.id}
                client={client}
                connection={connection}
                connector={connectors.find(({ id }) => id === connection.connector)}
                isJustSaved={connection.id === saved?.id}
                onEdit={() => setEdited(connection)}
                onChanged={connections.refresh}
                onOpenWorkflow={onOpenWorkflow}
              />
            ))}
          </ul>
          {connections.error !== null && <ResourceError title={t('connections.loadFailed')} resource={connections} />}
          {connections.hasMore && (
            <Button busy={connections.isLoadingMore} onClick={connections.loadMore}>
              {t('ui.loadMore')}
            </Button>
          )}
        </>
      )}
      {edited !== undefined && (
        <ConnectionDialog
          client={client}
          connection={edited}
          onClose={() => setEdited(undefined)}
          onSaved={({ id }) => {
            setEdited(undefined)
            setSaved({ id, count: (saved?.count ?? 0) + 1 })
            connections.refresh()
          }}
        />
      )}
    </section>
  )
}

interface NoConnectionsProps {
  readonly connections: Pages<ConnectionInfo>
  readonly action: ReactNode
}

function NoConnections({ connections, action }: NoConnectionsProps) {
  const { t } = useInstance()
  if (isForbidden(connections.error)) return <EmptyState icon="link" title={t('connections.hidden')} />
  if (connections.error !== null) return <ResourceError title={t('connections.loadFailed')} resource={connections} />
  if (connections.isLoading) return <Skeleton lines={3} height={64} />
  return (
    <EmptyState icon="link" title={t('connections.empty')} description={t('connections.emptyWhy')} action={action} />
  )
}
