import type { TenantState, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { useResource } from './use-resource.ts'
import { useTenantChanges } from './use-tenant-changes.ts'

/** Returns who has paused all workflows, and when; `null` while they are not paused, and until it is loaded. */
export function useTenantPause(client: TenonClient): TenantState['pause'] {
  const tenant = useResource(useCallback((abortSignal: AbortSignal) => client.tenant.get({ abortSignal }), [client]))
  useTenantChanges({ client, isRelevant: ({ kind }) => kind === 'tenant', onChange: tenant.refresh })
  return tenant.value?.pause ?? null
}
