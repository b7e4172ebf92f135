import type { TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { useResource } from '../../client/use-resource.ts'

/**
 * Checks whether the user may start, cancel, pause and resume runs; a viewer may not. If the role cannot be loaded, the
 * server decides.
 */
export function useMayChangeRun(client: TenonClient): boolean {
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  return me.value === null ? !me.isLoading : me.value.role !== 'viewer'
}
