import type { JsonObject } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  checkOutput,
  checkParams,
  createHttpResponse,
  type HttpClient,
  type InlineContext,
} from '@tenon/core/node'
import { createNodeTestHarness, type NodeTestHarness, type NodeTestHarnessOptions } from '@tenon/core/testing'

/** The function of the platform: the harness replaces the global one while a node runs. */
const platformFetch = globalThis.fetch

/** An HTTP client over the platform's own fetch, for servers of the test. */
export const plainHttp: HttpClient = {
  fetch: platformFetch,
  request: async (
    url,
    { abortSignal, timeoutMs: _timeoutMs, maxResponseBytes: _maxBytes, redirect = 'follow', ...init } = {},
  ) => {
    const response = await platformFetch(url, {
      ...(init as RequestInit),
      redirect: redirect === 'follow' ? 'follow' : 'manual',
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return createHttpResponse({
      status: response.status,
      url: response.url,
      headers: Object.fromEntries(response.headers),
      bytes,
    })
  },
}

/** A harness whose HTTP goes over real sockets. */
export function harnessOf(
  implementation: AnyNodeImplementation,
  options: NodeTestHarnessOptions = {},
): NodeTestHarness {
  return createNodeTestHarness(implementation, { http: plainHttp, ...options })
}

/** Evaluates an inline node as a driver does, at once. */
export function evaluateNode(
  { definition, evaluate }: AnyNodeImplementation,
  params: JsonObject,
  context: Partial<InlineContext> = {},
) {
  const checked = checkParams(definition, params)
  if (evaluate === undefined) throw new Error('The node is dispatched')
  const result = evaluate(checked as never, {
    now: Date.UTC(2030, 0, 1),
    resume: null,
    iterations: null,
    stoppedAt: null,
    child: null,
    ...context,
  })
  return 'suspend' in result ? result : checkOutput(definition, result, checked)
}

export async function failureOf(call: Promise<unknown>): Promise<TenonError> {
  const failure: unknown = await call.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  return failure as TenonError
}
