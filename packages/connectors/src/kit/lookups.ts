import type { ConnectorLookup, LookupChoice } from '@tenon/core/node'
import { createCallService } from './call-service.ts'
import type { CallService, Service } from './service.ts'

/**
 * Creates a lookup of a service. Those of its choices that contain the entered text are shown.
 *
 * @param list - Returns the choices.
 * @param options - `searches` for a service that searches by the text.
 */
export function lookupOf(
  service: Service,
  list: (call: CallService, search: string) => Promise<readonly LookupChoice[]>,
  { searches = false }: Pick<ConnectorLookup, 'searches'> = {},
): ConnectorLookup {
  return {
    searches,
    list: ({ http, abortSignal, search }) =>
      list(createCallService(service, { http, abortSignal, effect: 'read' }), search),
  }
}
