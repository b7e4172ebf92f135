import { z } from 'zod'
import { ANSWER_TIME, ANSWER_TIME_FAULT } from '../../node/answer-time.ts'
import { RUN_FILTER_STATUSES } from '../../run/status.ts'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema, textSchema } from '../schemas/common.ts'
import {
  ledgerSchema,
  rerunRunSchema,
  runSchema,
  runSummarySchema,
  startedRunSchema,
  startRunSchema,
  waitedRunSchema,
  waitingRunsSchema,
} from '../schemas/run.ts'
import { nodeRunEventsSchema, runStreamFrameSchema, viewPartAtSchema } from '../schemas/service.ts'
import {
  afterQuery,
  idParam,
  NO_PARAMS,
  NO_QUERY,
  RUN_INPUT_BYTES,
  runParams,
  runStreamQuery,
  workflowParams,
} from './shared.ts'

const tag = 'Runs'

/** Common part of the routes by which people change a run. */
const RUN_REQUEST = {
  method: 'POST',
  tag,
  resource: 'run',
  params: runParams,
  query: NO_QUERY,
  body: z.strictObject({}),
  bodyOptional: true,
  responses: { 200: { description: 'The run', schema: runSchema } },
  errors: ['RUN_CLOSED'],
} as const

/** Errors of every route that starts a run. */
const START_ERRORS = [
  'REFERENCE_NOT_FOUND',
  'RUN_INPUT_INVALID',
  'JSON_SCHEMA_INVALID',
  'TRIGGER_DISABLED',
  'TRIGGER_NOT_MANUAL',
  'VALUE_NOT_JSON',
  'VALUE_TOO_LARGE',
  'IDEMPOTENCY_KEY_REUSED',
  'WORKFLOW_NOT_PUBLISHED',
  'CONCURRENCY_KEY_INVALID',
  'START_KEY_INVALID',
  'RUN_QUEUE_FULL',
  'PAYLOAD_LIMIT_REACHED',
  'WAIT_LIMIT_REACHED',
] as const

export const runRoutes = {
  startRun: defineRoute({
    id: 'startRun',
    method: 'POST',
    path: '/workflows/{id}/runs',
    tag,
    summary:
      'Start a run of a published version; wait for its end or its answer with `wait`, or stream its events as they come ' +
      'with `Accept: text/event-stream`',
    permission: 'run:start',
    rate: 'start',
    resource: 'workflow',
    params: workflowParams,
    query: z.object({
      wait: z
        .string()
        .regex(ANSWER_TIME, ANSWER_TIME_FAULT)
        .meta({ description: 'Longest time to wait for the end or the answer of the run, such as `30s`; at most `2m`' })
        .exactOptional(),
    }),
    headers: {
      'Idempotency-Key': { description: 'The same key with the same body returns the same run; kept for 24 hours' },
      Accept: { description: 'With `text/event-stream`, the run is streamed: its start, then its events' },
      'Last-Event-ID': { description: 'For a stream with an `Idempotency-Key`: the last event that arrived' },
    },
    body: startRunSchema,
    bodyOptional: true,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: {
      200: {
        description:
          'An earlier run, which the request repeats or was merged into; with `wait`, the run that has ended or answered',
        schema: z.union([startedRunSchema, waitedRunSchema]),
        otherContents: { 'text/event-stream': runStreamFrameSchema },
      },
      201: { description: 'The run, started or queued', schema: startedRunSchema },
      202: { description: 'With `wait`: the time is over, and the run continues', schema: waitedRunSchema },
    },
    errors: START_ERRORS,
  }),
  listRuns: defineRoute({
    id: 'listRuns',
    method: 'GET',
    path: '/runs',
    tag,
    summary: 'List runs, newest first; test runs only on request',
    permission: 'run:read',
    resource: null,
    params: NO_PARAMS,
    query: z.object({
      ...pageQuery,
      workflowId: textSchema(400).exactOptional(),
      status: z.enum(RUN_FILTER_STATUSES).exactOptional(),
      parentRunId: textSchema(400).meta({ description: 'The runs that this run has started' }).exactOptional(),
      rootRunId: textSchema(400)
        .meta({ description: 'The tree of runs with this `rootRunId`; none for a run that another run has started' })
        .exactOptional(),
      topLevel: z
        .enum(['true', 'false'])
        .meta({ description: 'With `true`, only the runs that no other run has started' })
        .exactOptional(),
      rerunOf: textSchema(400).meta({ description: 'The runs that repeat this run' }).exactOptional(),
      mode: z.enum(['live', 'test', 'all']).exactOptional(),
    }),
    body: null,
    responses: { 200: { description: 'A page of runs', schema: pageSchema(runSummarySchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  getRun: defineRoute({
    id: 'getRun',
    method: 'GET',
    path: '/runs/{runId}',
    tag,
    summary: 'Read a run with its output or error',
    permission: 'run:read',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The run', schema: runSchema } },
    errors: [],
  }),
  deleteRun: defineRoute({
    id: 'deleteRun',
    method: 'DELETE',
    path: '/runs/{runId}',
    tag,
    summary: 'Delete a run that has ended, with the runs that it has started, their logs and their values',
    permission: 'run:delete',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: null,
    responses: { 204: { description: 'Deleted', schema: null } },
    errors: ['RUN_NOT_ENDED', 'RUN_HAS_PARENT'],
  }),
  listWaitingRuns: defineRoute({
    id: 'listWaitingRuns',
    method: 'GET',
    path: '/runs/{runId}/waiting-runs',
    tag,
    summary: 'List a run and the runs below it that wait for people: for votes, or for a fix of a failed node',
    permission: 'run:read',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'At most 100 runs, those that wait longest first', schema: waitingRunsSchema } },
    errors: [],
  }),
  cancelRun: defineRoute({
    ...RUN_REQUEST,
    id: 'cancelRun',
    path: '/runs/{runId}/cancel',
    summary: 'Request the cancelation of a run; it ends once every node run has stopped',
    permission: 'run:cancel',
  }),
  skipCompensation: defineRoute({
    ...RUN_REQUEST,
    id: 'skipCompensation',
    path: '/runs/{runId}/skip-compensation',
    summary:
      'End a run without undoing what it has done: the step in progress is canceled, and a run that is not ending is canceled',
    permission: 'run:cancel',
  }),
  pauseRun: defineRoute({
    ...RUN_REQUEST,
    id: 'pauseRun',
    path: '/runs/{runId}/pause',
    summary: 'Request the pause of a run; running nodes finish, and nothing new starts. Has no effect on a paused run',
    permission: 'run:pause',
  }),
  resumeRun: defineRoute({
    ...RUN_REQUEST,
    id: 'resumeRun',
    path: '/runs/{runId}/resume',
    summary: 'Request the resumption of a paused run. Has no effect on a run that is not paused',
    permission: 'run:pause',
  }),
  rerunRun: defineRoute({
    id: 'rerunRun',
    method: 'POST',
    path: '/runs/{runId}/reruns',
    tag,
    summary: 'Run an ended run again, from its start, from where it failed, or from a node',
    permission: 'run:start',
    rate: 'start',
    resource: 'run',
    params: runParams,
    query: NO_QUERY,
    headers: {
      'Idempotency-Key': { description: 'The same key with the same body returns the same run; kept for 24 hours' },
    },
    body: rerunRunSchema,
    maxBodyBytes: RUN_INPUT_BYTES,
    responses: { 201: { description: 'The new run, started or queued', schema: startedRunSchema } },
    errors: ['RUN_NOT_ENDED', 'RERUN_REFUSED', 'WORKFLOW_NOT_FOUND', ...START_ERRORS],
  }),
  getRunLedger: defineRoute({
    id: 'getRunLedger',
    method: 'GET',
    path: '/runs/{runId}/ledger',
    tag,
    summary: 'Read the input and output of every node run, or of one',
    permission: 'run:read',
    resource: 'run',
    params: runParams,
    query: z.object({ nodeRunId: idParam.exactOptional() }),
    body: null,
    responses: { 200: { description: 'The ledger of the run', schema: ledgerSchema } },
    errors: ['VALUE_TOO_LARGE'],
  }),
  getRunViewPart: defineRoute({
    id: 'getRunViewPart',
    method: 'GET',
    path: '/runs/{runId}/view-part',
    tag,
    summary:
      'Read a part of the view of a run, without values: the node runs of 32 iterations side by side, by default those outside of iterations',
    permission: 'run:read',
    resource: 'run',
    params: runParams,
    query: z.object({
      part: z
        .string()
        .regex(/^(\d{1,9}(\.\d{1,9}){0,31})?$/)
        .exactOptional(),
    }),
    body: null,
    responses: { 200: { description: 'The part, empty for iterations that have not begun', schema: viewPartAtSchema } },
    errors: [],
  }),
  listNodeRunEvents: defineRoute({
    id: 'listNodeRunEvents',
    method: 'GET',
    path: '/runs/{runId}/node-runs/{nodeRunId}/events',
    tag,
    summary:
      'Read the events of one node run: attempts, logs, calls of tools, waits and their ends. With `iterations=true` also the starts and ends of its iterations',
    permission: 'run:read',
    resource: 'run',
    params: runParams.extend({ nodeRunId: idParam }),
    query: afterQuery.extend({ iterations: z.enum(['true', 'false']).exactOptional() }),
    body: null,
    responses: {
      200: { description: 'A page of events, empty for a node run that has not begun', schema: nodeRunEventsSchema },
    },
    errors: [],
  }),
  streamRunEvents: defineRoute({
    id: 'streamRunEvents',
    method: 'GET',
    path: '/runs/{runId}/events',
    tag,
    summary:
      'Stream the run log as server-sent events: stored events, then live ones until the run ends. With `view=true` a long log begins with its view',
    permission: 'run:read',
    rate: 'connect',
    resource: 'run',
    params: runParams,
    query: runStreamQuery,
    headers: { 'Last-Event-ID': { description: 'Last seq already known; takes precedence over `after`' } },
    body: null,
    responses: {
      200: { description: 'One event per frame', schema: runStreamFrameSchema, contentType: 'text/event-stream' },
      204: { description: 'The run has ended and the caller has all of its events', schema: null },
    },
    errors: ['CURSOR_INVALID'],
  }),
  runLogs: defineRoute({
    id: 'runLogs',
    method: 'WS',
    path: '/runs/{runId}/logs',
    tag,
    summary:
      'Stream the run log over a WebSocket, one JSON event per text frame. With `view=true` a long log begins with its view',
    permission: 'run:read',
    rate: 'connect',
    resource: 'run',
    params: runParams,
    query: z.object({ ...runStreamQuery.shape, ticket: z.string().max(400).exactOptional() }),
    body: null,
    responses: { 101: { description: 'Frames of the run log', schema: runStreamFrameSchema } },
    errors: [],
  }),
}
