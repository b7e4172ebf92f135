import type { RunId, TenantId, UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  createHttpResponse,
  type HttpClient,
  type HttpRequestInit,
  isHeaderValue,
  isReservedHeader,
} from '@tenon/core/node'
import type { NodeRunId } from '@tenon/core/run'
import { defineActions } from '../kit/define-action.ts'
import type { Service } from '../kit/service.ts'
import { apiOf } from '../kit/service-options.ts'
import { type ImportedOpenApi, type OpenApiOperation, operationActions } from './import-openapi.ts'

/** Caller of the API of the host: the run that calls it. */
export interface HostApiCaller {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Person for whom the run acts; `null` for a run that a message, an event or a schedule has started. */
  readonly userId: UserId | null
  /** The run; its workflow, its version and its mode are those of `GET /runs/{runId}`. */
  readonly runId: RunId
  /** Run of the node within the run. */
  readonly nodeRunId: NodeRunId
  /** Key of the node run, the same on every attempt: an API that knows it can refuse to do a write twice. */
  readonly idempotencyKey: string
}

/** Options of {@link hostApi}. */
export interface HostApiOptions {
  /** First part of the node types. */
  readonly id: string
  /** Name of the API, before the titles of failures. */
  readonly title: string
  /** OpenAPI 3.0 or 3.1 document of the API, parsed. */
  readonly document: unknown
  /** Handles a request in this process: `app.fetch` of a Hono app, or any handler of `Request`. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /**
   * Returns the headers by which the API knows the caller, such as an authorization for the person; `null` refuses the
   * call. It is asked at each attempt, and decides with the rights of the person at that time: a run may have waited for weeks,
   * and its workflow may have been written by a person with fewer rights.
   */
  readonly authorize: (caller: HostApiCaller) => HeadersInit | null | Promise<HeadersInit | null>
  /**
   * Headers of the document that params may set, in any letter case. All others are left out: those by which the API knows
   * the caller come from `authorize` alone, so that the author of a workflow cannot choose them.
   *
   * @defaultValue none
   */
  readonly headers?: readonly string[]
  /** Chooses operations. @defaultValue all that are not deprecated */
  readonly include?: (operation: OpenApiOperation) => boolean
  /** Most operations, at most 500. @defaultValue 200 */
  readonly maxOperations?: number
  /** Version of the node types, as in {@link OpenApiOptions.version}. @defaultValue 1 */
  readonly version?: number
  /** URL before the paths of the document. @defaultValue 'http://localhost' */
  readonly baseUrl?: string
  /** SVG path data of the icon of its nodes. @defaultValue a house */
  readonly icon?: string
}

/** Node types made from the API of the host. */
export interface HostApi {
  /** A node type for each operation; pass them with the other `nodes`. */
  readonly nodes: readonly AnyNodeImplementation[]
  /** Operations that were chosen and cannot be nodes, each with the reason. */
  readonly skipped: ImportedOpenApi['skipped']
}

const HOUSE = 'M4 11.5 12 4l8 7.5M6 10v10h12V10M10 20v-6h4v6'
/** Headers that say who sends a request, or from where. */
const OF_ORIGIN = /^(authorization|cookie|forwarded|x-forwarded-.*|x-real-ip)$/
/** Largest response of the API. */
const MAX_RESPONSE_BYTES = 8_388_608

/**
 * Makes node types from an API of the host, which they call in this process, without a network, and with the authority of
 * the person for whom the run acts.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` for a document that is none or has too many operations;
 * `CONNECTOR_INVALID` for a `baseUrl` that is no URL, and for a name in `headers` that says where a request comes from.
 *
 * @example
 * ```ts
 * const shop = hostApi({
 *   id: 'shop',
 *   title: 'Shop',
 *   document: shopDocument,
 *   fetch: app.fetch,
 *   authorize: async ({ tenantId, userId }) => (userId === null ? null : { authorization: await tokenFor(tenantId, userId) }),
 * })
 * createWorkflowServer({ nodes: [...createBuiltInNodes(), ...shop.nodes] })
 * ```
 */
export function hostApi(options: HostApiOptions): HostApi {
  const { id, title, authorize, headers: allowed = [], icon = HOUSE, baseUrl = 'http://localhost' } = options
  const paramHeaders = new Set(allowed.map((name) => name.toLowerCase()))
  const refused = [...paramHeaders].find((name) => isReservedHeader(name) || OF_ORIGIN.test(name))
  if (refused !== undefined) {
    throw new TenonError('CONNECTOR_INVALID', `API "${id}", headers: params cannot set "${refused}"`, {
      details: { connector: id, field: 'headers' },
    })
  }
  const service: Service = { id, title, icon, apiUrl: apiOf(id, baseUrl).apiUrl }
  const define = defineActions(service, {
    params: {},
    clientOf: async ({ tenantId, principal, runId, nodeRunId, idempotencyKey }) => {
      const userId = principal?.userId ?? null
      const headers = await authorize({ tenantId, userId, runId, nodeRunId, idempotencyKey })
      if (headers !== null) return clientOf(options.fetch, headers)
      throw new TenonError('HOST_API_REFUSED', `${title} accepts no call of this run`)
    },
  })
  const isParamHeader = (name: string): boolean => paramHeaders.has(name)
  const { actions, skipped } = operationActions(options, define, { scheme: null, isParamHeader })
  return { nodes: actions, skipped }
}

/** Returns a client whose requests the handler of the host answers. */
function clientOf(handle: HostApiOptions['fetch'], given: HeadersInit): HttpClient {
  const send = async (url: string, { method = 'GET', headers: own, body, abortSignal }: HttpRequestInit) => {
    abortSignal?.throwIfAborted()
    const unfit = Object.entries(own ?? {}).find(([, value]) => !isHeaderValue(value))
    if (unfit !== undefined) {
      throw new TenonError('HTTP_FAILED', `The header "${unfit[0]}" has a line break or a character beyond Latin-1`, {
        ...{ retryable: false, remedy: 'Correct the param.', details: { code: null, sent: false } },
      })
    }
    const headers = new Headers(own)
    for (const [name, value] of new Headers(given)) headers.set(name, value)
    const init = { method, headers, ...(body === undefined ? {} : { body: body as BodyInit }) }
    return handle(new Request(url, abortSignal === undefined ? init : { ...init, signal: abortSignal }))
  }
  return {
    request: async (url, init = {}) => {
      const response = await send(url, init)
      const bytes = await readBytes(response)
      const { status, headers } = response
      return createHttpResponse({ status, url, headers: Object.fromEntries(headers), bytes })
    },
    fetch: async () => {
      throw new TenonError('EGRESS_REFUSED', 'The API of the host is called by request')
    },
  }
}

async function readBytes({ body, status }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MAX_RESPONSE_BYTES) {
      throw new TenonError('HTTP_RESPONSE_TOO_LARGE', 'The response of the host has more than 8 MiB', {
        details: { status },
      })
    }
    parts.push(part)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
