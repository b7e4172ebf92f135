import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { usageSchema } from '../schemas/usage.ts'
import { tenantStateSchema } from '../schemas/workflow.ts'
import { NO_PARAMS, NO_QUERY } from './shared.ts'

const tag = 'Tenant'

/** Common part of the routes that pause and resume the tenant of the caller. */
const PAUSE_REQUEST = {
  method: 'POST',
  tag,
  permission: 'tenant:pause',
  resource: null,
  params: NO_PARAMS,
  query: NO_QUERY,
  body: z.strictObject({}),
  bodyOptional: true,
  responses: { 200: { description: 'The state of the tenant', schema: tenantStateSchema } },
  errors: [],
} as const

export const tenantRoutes = {
  getTenant: defineRoute({
    id: 'getTenant',
    method: 'GET',
    path: '/tenant',
    tag,
    summary: 'Read whether new runs start, and how many run and wait',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The state of the tenant', schema: tenantStateSchema } },
    errors: [],
  }),
  pauseTenant: defineRoute({
    ...PAUSE_REQUEST,
    id: 'pauseTenant',
    path: '/tenant/pause',
    summary: 'Pause the tenant: new runs of all workflows wait in the queue, and runs in progress continue',
  }),
  resumeTenant: defineRoute({
    ...PAUSE_REQUEST,
    id: 'resumeTenant',
    path: '/tenant/resume',
    summary: 'Resume the paused tenant: its queued runs start, except those of paused workflows',
  }),
  getUsage: defineRoute({
    id: 'getUsage',
    method: 'GET',
    path: '/usage',
    tag,
    summary: 'Read how long runs are kept, and how much the tenant stores of what its limits allow',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The usage of the tenant', schema: usageSchema } },
    errors: [],
  }),
}
