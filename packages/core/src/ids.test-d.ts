import { expectTypeOf, test } from 'vitest'
import type { Identity, Run, Workflow } from './api/index.ts'
import type { TenonClient } from './client/index.ts'
import type { RunId, TenantId, UserId, WorkflowId } from './ids.ts'

declare const client: TenonClient
declare const identity: Identity
declare const run: Run
declare const workflow: Workflow

test('an id of one kind is not accepted where another is asked for', () => {
  expectTypeOf<RunId>().not.toExtend<WorkflowId>()
  expectTypeOf<UserId>().not.toExtend<TenantId>()
  expectTypeOf(identity.tenantId).toEqualTypeOf<TenantId>()
  expectTypeOf(client.runs.get).toBeCallableWith(run.runId)
  expectTypeOf(client.runs.start).toBeCallableWith(workflow.id, {})
  // @ts-expect-error the id of a workflow is none of a run
  client.runs.get(workflow.id)
  // @ts-expect-error the id of a run is none of a workflow
  client.runs.start(run.runId, {})
  // @ts-expect-error the id of a user is none of a tenant
  const tenantId: TenantId = identity.userId
  expectTypeOf(tenantId).toBeString()
})

test('plain text from outside is accepted as an id of any kind', () => {
  expectTypeOf(client.runs.get).toBeCallableWith('0d2c')
  expectTypeOf<string>().toExtend<TenantId>()
})
