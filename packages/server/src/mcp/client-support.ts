import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from '@modelcontextprotocol/server'

/** Extension of MCP by which a call becomes a task. */
export const TASKS = 'io.modelcontextprotocol/tasks'

/** Features that the client of a request supports, as the request says it. */
export interface ClientSupport {
  /** A call may be answered with a task. */
  readonly tasks: boolean
  /** A person at the client can be asked to fill in a form. */
  readonly forms: boolean
}

/** Reads what the client of a request supports: nothing for clients of earlier revisions, whose requests do not say it. */
export function readSupport({ mcpReq }: Pick<ServerContext, 'mcpReq'>): ClientSupport {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {}
  const { extensions, elicitation } = (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities
  return {
    tasks: extensions?.[TASKS] !== undefined,
    // Without a mode, a client means forms.
    forms: elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined),
  }
}

/** @throws MissingRequiredClientCapabilityError if the client does not support tasks. */
export function requireTasks(ctx: Pick<ServerContext, 'mcpReq'>): void {
  if (readSupport(ctx).tasks) return
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS]: {} } } })
}
