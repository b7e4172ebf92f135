import type { Approval, Identity, Page } from '@tenon/core/api'
import type { IsolationIds } from '../tenant-isolation.ts'
import { asking, publish, runToEnd } from './sample-workflows.ts'
import type { TestServer } from './test-server.ts'

/** One of everything that a route can ask for. */
export async function makeOwnerResources(server: TestServer, as: Identity): Promise<IsolationIds> {
  const workflowId = await publish(server, as, asking())
  const run = await runToEnd(server, as, workflowId, {}, (candidate) => candidate.status === 'waiting')
  const { items } = await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as })
  return { workflowId, version: '1', runId: run.runId, approvalId: items[0]?.approvalId ?? '' }
}
