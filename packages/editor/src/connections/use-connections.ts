import type { ConnectionInfo, ConnectorList, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { useCallback } from 'react'
import { type Pages, usePages } from '../client/use-pages.ts'
import { type Resource, useResource } from '../client/use-resource.ts'
import { useTenantChanges } from '../client/use-tenant-changes.ts'

const PAGE_SIZE = 100
const idOf = ({ id }: ConnectionInfo) => id

/** Loads the connections that the user may use, and follows their changes. */
export function useConnections(client: TenonClient): Pages<ConnectionInfo> {
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.connections.list(
        { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client],
  )
  const pages = usePages(load, idOf)
  useTenantChanges({ client, isRelevant: ({ kind }) => kind === 'connection', onChange: pages.refresh })
  return pages
}

/** Loads the services that the host offers. */
export function useConnectors(client: TenonClient): Resource<ConnectorList> {
  const load = useCallback((abortSignal: AbortSignal) => client.connections.connectors({ abortSignal }), [client])
  return useResource(load)
}

/** Checks whether connections are hidden from the user, who is a viewer. */
export function isForbidden(error: unknown): boolean {
  return error instanceof TenonError && error.code === 'FORBIDDEN'
}
