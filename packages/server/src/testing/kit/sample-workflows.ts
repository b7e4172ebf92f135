import type { Identity, Run, StartedRun, Workflow } from '@tenon/core/api'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { isRunOver } from '@tenon/core/run'
import { edge, node, workflow } from '@tenon/core/testing'
import type { TestServer } from './test-server.ts'

const inputSchema = {
  type: 'object',
  properties: { text: { type: 'string' }, amount: { type: 'number', minimum: 0 } },
  required: ['text'],
}

/** start → set → end; the input needs a `text`. */
export const greeting: WorkflowDocument = workflow(
  [
    node('start', 'start', { inputSchema }),
    node('greet', 'set', { values: { greeting: 'Hello {{input.text}}' } }),
    node('end', 'end', { outcome: 'greeted' }),
  ],
  ['start>greet', 'greet>end'],
)

/** start → end; any input is taken. */
export function endingAs(outcome: string): WorkflowDocument {
  return workflow([node('start', 'start'), node('end', 'end', { outcome })], ['start>end'])
}

/** start → work → end. */
export function working(params: JsonObject = {}): WorkflowDocument {
  return workflow(
    [node('start', 'start'), node('job', 'work', { value: '{{input.text}}', ...params }), node('end', 'end')],
    ['start>job', 'job>end'],
  )
}

/** start → work → end, parked if the work fails; a failure may also continue with `sorry`. */
export function parking(params: JsonObject = {}): WorkflowDocument {
  const job = node('job', 'work', { value: '{{input.text}}', ...params })
  return workflow(
    [
      node('start', 'start'),
      { ...job, policy: { onError: 'park' } },
      node('sorry', 'set', { values: { code: '{{error.code}}' } }),
      node('end', 'end'),
    ],
    ['start>job', 'job>end', 'job:error>sorry', 'sorry>end'],
  )
}

/** start → approval → end, on either decision. */
export function asking(params: JsonObject = {}): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      node('review', 'approval', { title: 'Refund?', ...params }),
      node('yes', 'end', { outcome: 'approved' }),
      node('no', 'end', { outcome: 'rejected' }),
    ],
    ['start>review', 'review:approve>yes', 'review:reject>no'],
  )
}

/** The same with a webhook `hook`, whose messages start at the node behind the start. */
export function withWebhook(document: WorkflowDocument, params: JsonObject = { signature: 'none' }): WorkflowDocument {
  const [first] = document.edges
  if (first === undefined) throw new Error('The document has an edge')
  return {
    ...document,
    nodes: [...document.nodes, node('hook', 'webhook', params)],
    edges: [...document.edges, edge(`hook>${first.target}`)],
  }
}

/** Creates and publishes; gives the workflow's id. */
export async function publish(server: TestServer, as: Identity, document: WorkflowDocument): Promise<string> {
  const body = { name: 'Sample', document }
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
  return id
}

/** Starts a run and waits until `isDone` says so, by default until it is over. */
export async function runToEnd(
  server: TestServer,
  as: Identity,
  workflowId: string,
  input: JsonObject = {},
  isDone: (run: Run) => boolean = (run) => isRunOver(run.status),
): Promise<Run> {
  const body = { input }
  const { runId } = await server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body })
  return untilRun(server, as, runId, isDone)
}

export async function untilRun(
  server: TestServer,
  as: Identity,
  runId: string,
  isDone: (run: Run) => boolean = (run) => isRunOver(run.status),
): Promise<Run> {
  for (;;) {
    const run = await server.json<Run>(200, `/runs/${runId}`, { as })
    if (isDone(run)) return run
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
