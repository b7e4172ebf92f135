import type { Json, JsonObject } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  checkOutput,
  checkParams,
  type HttpClient,
  type InlineContext,
  type LogLevel,
  type NodeContext,
  type NodeOutcome,
  type Suspension,
  type ToolCallRecord,
} from '@tenon/core/node'

export interface NodeRunRecord {
  readonly result: NodeOutcome | Suspension
  readonly logs: readonly { readonly level: LogLevel; readonly message: string; readonly data?: Json }[]
  readonly toolCalls: readonly ToolCallRecord[]
}

/** An HTTP client over the platform's own fetch, for servers of the test. */
export const plainHttp: HttpClient = {
  fetch,
  request: async (url, { abortSignal, timeoutMs: _timeoutMs, maxResponseBytes: _maxBytes, ...init } = {}) => {
    const response = await fetch(url, {
      ...(init as RequestInit),
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    })
    const text = await response.text()
    return {
      status: response.status,
      ok: response.ok,
      url: response.url,
      headers: Object.fromEntries(response.headers),
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
    }
  },
}

/** Carries out a dispatched node as an engine does: params checked before, the outcome after. */
export async function runNode(
  implementation: AnyNodeImplementation,
  params: JsonObject,
  overrides: Partial<NodeContext> = {},
): Promise<NodeRunRecord> {
  const logs: { level: LogLevel; message: string; data?: Json }[] = []
  const toolCalls: ToolCallRecord[] = []
  const checked = checkParams(implementation.definition, params)
  const context: NodeContext = {
    tenantId: 'acme',
    runId: 'run-1',
    nodeRunId: 'node-1',
    attempt: 1,
    idempotencyKey: 'run-1/node-1',
    http: plainHttp,
    connection: null,
    abortSignal: new AbortController().signal,
    resume: null,
    log: (level, message, data) => void logs.push({ level, message, ...(data === undefined ? {} : { data }) }),
    toolCall: (call) => void toolCalls.push(call),
    heartbeat: () => undefined,
    durable: (_key, call) => call(),
    ...overrides,
    params: checked,
  }
  if (implementation.run === undefined) throw new Error('The node is inline')
  const result = await implementation.run(context as NodeContext<never>)
  return {
    result: 'suspend' in result ? result : checkOutput(implementation.definition, result, checked),
    logs,
    toolCalls,
  }
}

/** Carries out an inline node as a driver does. */
export function evaluateNode(
  implementation: AnyNodeImplementation,
  params: JsonObject,
  context: Partial<InlineContext> = {},
): NodeOutcome | Suspension {
  const checked = checkParams(implementation.definition, params)
  if (implementation.evaluate === undefined) throw new Error('The node is dispatched')
  const result = implementation.evaluate(checked as never, { now: Date.UTC(2030, 0, 1), resume: null, ...context })
  return 'suspend' in result ? result : checkOutput(implementation.definition, result, checked)
}

export async function failureOf(call: Promise<unknown>): Promise<TenonError> {
  const failure: unknown = await call.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  return failure as TenonError
}
