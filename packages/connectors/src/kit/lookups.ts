import type { ConnectorLookup, LookupChoice } from '@tenon/core/node'
import { createCallService } from './call-service.ts'
import type { CallService, Service } from './service.ts'

/**
 * Creates a lookup of a service.
 *
 * @param list - Returns the choices; those without the entered text in their title, detail or value are left out.
 */
export function lookupOf(
  service: Service,
  list: (call: CallService, search: string) => Promise<readonly LookupChoice[]>,
): ConnectorLookup {
  return async ({ http, abortSignal, search }) => {
    const choices = await list(createCallService(service, { http, abortSignal, effect: 'read' }), search)
    const wanted = search.trim().toLowerCase()
    if (wanted === '') return choices
    return choices.filter(({ value, title, detail = '' }) =>
      `${title}\n${detail}\n${value}`.toLowerCase().includes(wanted),
    )
  }
}
