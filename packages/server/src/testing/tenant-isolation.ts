import { ROUTES, type RouteDefinition } from '@tenon/core/api'

/** Ids of what the owner's tenant has. */
export interface IsolationIds {
  /** Workflow with a published version. */
  readonly workflowId: string
  /** Published version of the workflow. */
  readonly version: string
  /** Run of the workflow. */
  readonly runId: string
  /** Approval that a run of the workflow opened. */
  readonly approvalId: string
  /** Parked node run of a run of any workflow. */
  readonly parkedId: string
  /** Connection of the tenant, shared with all its workflows. */
  readonly connectionId: string
  /** File of the tenant. */
  readonly fileId: string
  /** Address of the tenant to which events are sent. */
  readonly endpointId: string
  /** Delivery of an event to that address. */
  readonly deliveryId: string
  /** Data table of the tenant. */
  readonly tableId: string
  /** Row of that table. */
  readonly rowId: string
  /** Node of the workflow that is a webhook. */
  readonly nodeId: string
}

/** A running server with ids of one tenant and the means to ask for them as another. */
export interface IsolationTarget {
  /** Public address of the API with its base path. */
  readonly baseUrl: string
  /** Sends a request signed in as a user of another tenant, with any role. */
  readonly fetchAsStranger: (request: Request) => Promise<Response>
  /** Opens a socket as that user, with `ticket` or `Authorization`, and returns its close code. */
  readonly closeCodeAsStranger?: (url: string) => Promise<number>
  /** Ids of the tenant that the stranger must not reach. */
  readonly ids: IsolationIds
}

/** One route that revealed more than "not found" to a user of another tenant. */
export interface IsolationLeak {
  /** Id of the route in the API. */
  readonly route: string
  /** Description of what the response revealed. */
  readonly problem: string
}

/** The routes with an id in their path: what the check goes through. A new route cannot be forgotten. */
export const isolationRoutes: readonly RouteDefinition[] = Object.values(ROUTES).filter(
  (route) => route.resource !== null,
)

const UNKNOWN: IsolationIds = {
  workflowId: '00000000-0000-4000-8000-000000000000',
  version: '1',
  runId: '00000000-0000-4000-8000-000000000001',
  approvalId: '00000000-0000-4000-8000-000000000002',
  parkedId: '00000000-0000-4000-8000-000000000003',
  connectionId: 'con_0000000000000000000000',
  fileId: 'fil_00000000000000000000000000000000',
  endpointId: 'whe_00000000000000000000000000000000',
  deliveryId: 'evt_00000000000000000000000000000000',
  tableId: 'tbl_00000000000000000000000000000000',
  rowId: '1',
  nodeId: 'unknown',
}

/**
 * Requests every route and socket of the table, as a user of another tenant, with ids of the owner and with unknown ids:
 * the two answers must be the same 404, byte for byte but for the request id. Lists must not name the owner's ids.
 *
 * @returns The routes that leaked; an empty list is a pass.
 *
 * @example
 * ```ts
 * expect(await findTenantLeaks({ baseUrl, fetchAsStranger, ids })).toEqual([])
 * ```
 */
export async function findTenantLeaks(target: IsolationTarget): Promise<readonly IsolationLeak[]> {
  const leaks: IsolationLeak[] = []
  for (const route of isolationRoutes) {
    const problem = await (route.method === 'WS' ? socketProblem(target, route) : routeProblem(target, route))
    if (problem !== null) leaks.push({ route: route.id, problem })
  }
  for (const route of Object.values(ROUTES)) {
    if (route.resource !== null || route.method !== 'GET') continue
    const text = await textOf(await target.fetchAsStranger(requestOf(target.baseUrl, route, target.ids)))
    const named = Object.values(target.ids).filter((id) => id.length > 8 && text.includes(id))
    if (named.length > 0) leaks.push({ route: route.id, problem: `names ${named.join(', ')}` })
  }
  return leaks
}

/** A stream never ends by itself; of one, the first frame is read. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader !== undefined && !text.includes('data:')) {
    const next = await reader.read()
    if (next.done) break
    text += next.value
  }
  await reader?.cancel()
  return text
}

async function routeProblem(target: IsolationTarget, route: RouteDefinition): Promise<string | null> {
  const [foreign, unknown] = await Promise.all(
    [target.ids, UNKNOWN].map(async (ids) => {
      const response = await target.fetchAsStranger(requestOf(target.baseUrl, route, ids))
      const body = (await response.text()).replace(/"requestId":"[^"]*"/, '')
      return { status: response.status, body }
    }),
  )
  if (foreign?.status !== 404) return `answered ${foreign?.status} instead of 404`
  return foreign.body === unknown?.body ? null : 'answered a foreign id differently from an unknown one'
}

async function socketProblem(target: IsolationTarget, route: RouteDefinition): Promise<string | null> {
  if (target.closeCodeAsStranger === undefined) return null
  const code = await target.closeCodeAsStranger(urlOf(target.baseUrl, route, target.ids).replace(/^http/, 'ws'))
  return code === 4404 ? null : `closed with ${code} instead of 4404`
}

function requestOf(baseUrl: string, route: RouteDefinition, ids: IsolationIds): Request {
  return new Request(urlOf(baseUrl, route, ids), {
    method: route.method,
    ...(route.body === null ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
  })
}

function urlOf(baseUrl: string, route: RouteDefinition, ids: IsolationIds): string {
  const params: Readonly<Record<string, string>> = {
    id: ids.workflowId,
    version: ids.version,
    runId: ids.runId,
    approvalId: ids.approvalId,
    parkedId: ids.parkedId,
    connectionId: ids.connectionId,
    fileId: ids.fileId,
    endpointId: ids.endpointId,
    deliveryId: ids.deliveryId,
    tableId: ids.tableId,
    rowId: ids.rowId,
    nodeId: ids.nodeId,
    lookup: 'channels',
  }
  return baseUrl + route.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? name))
}
