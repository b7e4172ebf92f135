import { anObjectWith, checkOptions, isOptionObject, type OptionCheck } from '@tenon/core/options'

/** Requires a workflow server, or the methods of it that an adapter calls. */
export const anAutomation = (methods: readonly string[]): OptionCheck =>
  anObjectWith(methods, 'automation must be what createWorkflowServer({ ... }) returns')

/** Requires a workflow server, for an adapter of another protocol. */
export const anAutomationWithCallers: OptionCheck = (value, field) =>
  anObjectWith(['identify'], 'automation must be what createWorkflowServer({ ... }) returns')(
    isOptionObject(value) ? value['callers'] : undefined,
    field,
  )

/**
 * Checks the server that an adapter mounts, at start rather than at the first request.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID`.
 */
export function checkAutomation(adapter: string, automation: unknown, methods: readonly string[]): void {
  checkOptions(adapter, { automation }, { automation: anAutomation(methods) })
}
