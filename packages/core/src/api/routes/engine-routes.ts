import { defineRoute } from '../route.ts'
import { changedEnginesSchema, changeEngineSchema, changeEnginesSchema, runSchema } from '../schemas/run.ts'
import { NO_QUERY, runParams, workflowParams } from './shared.ts'

const tag = 'Runs'

export const engineRoutes = {
  changeEngine: defineRoute({
    id: 'changeEngine',
    method: 'POST',
    path: '/runs/{runId}/engine',
    tag,
    summary: 'Request that another engine executes a run, as soon as none of its nodes is in progress',
    permission: 'run:change-engine',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: changeEngineSchema,
    responses: { 200: { description: 'The run, which may have yet to change', schema: runSchema } },
    errors: ['RUN_CLOSED', 'ENGINE_CHANGE_REFUSED'],
  }),
  changeEngines: defineRoute({
    id: 'changeEngines',
    method: 'POST',
    path: '/workflows/{id}/engine',
    tag,
    summary: 'Request that another engine executes the runs of a workflow; the answer has a cursor for the rest',
    permission: 'run:change-engine',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: changeEnginesSchema,
    responses: { 200: { description: 'Runs that will change, and those that do not', schema: changedEnginesSchema } },
    errors: ['CURSOR_INVALID', 'ENGINE_CHANGE_REFUSED'],
  }),
}
