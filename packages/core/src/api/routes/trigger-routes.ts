import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { pageQuery, pageSchema } from '../schemas/common.ts'
import {
  acceptedWebhookSchema,
  backfillResultSchema,
  backfillSchema,
  filteredWebhookSchema,
  pollPreviewSchema,
  rawBodySchema,
  schedulePreviewRequestSchema,
  schedulePreviewSchema,
  triggerEventSchema,
  triggerListSchema,
  triggerSchema,
  webhookChallengeSchema,
} from '../schemas/trigger.ts'
import { idParam, NO_QUERY, RUN_INPUT_BYTES, workflowParams } from './shared.ts'

const tag = 'Triggers'
const triggerParams = z.object({ id: idParam, nodeId: idParam })

/** Common part of the routes that change a trigger. */
const CHANGE_REQUEST = {
  method: 'POST',
  tag,
  permission: 'trigger:write',
  resource: 'workflow',
  params: triggerParams,
  query: NO_QUERY,
  body: z.strictObject({}),
  bodyOptional: true,
  responses: { 200: { description: 'The trigger', schema: triggerSchema } },
} as const

/** Common part of the routes to which other systems send messages. */
const WEBHOOK_REQUEST = {
  path: '/hooks/{token}',
  tag,
  permission: 'public',
  rate: 'callback',
  resource: null,
  params: z.object({ token: z.string().min(1).max(2_000) }),
  query: z.looseObject({}),
  responses: {
    200: {
      description:
        'A run that an earlier message with the same key has started, a message that the filter of the trigger rejects, or the answer to the message by which Slack or GitHub has tried the address. ' +
        'A trigger that answers with the run sends the output of the run, or what its respond node says, with any status and type',
      schema: z.union([acceptedWebhookSchema, filteredWebhookSchema, webhookChallengeSchema]),
      otherContents: { '*/*': z.unknown() },
    },
    202: {
      description: 'The run, started or queued, also one that has not answered in time',
      schema: acceptedWebhookSchema,
    },
  },
  errors: [
    'WEBHOOK_NOT_FOUND',
    'WEBHOOK_SIGNATURE_INVALID',
    'WEBHOOK_TIMESTAMP_INVALID',
    'WEBHOOK_BODY_INVALID',
    'WEBHOOK_KEY_INVALID',
    'TRIGGER_FILTER_FAILED',
    'TRIGGER_PAUSED',
    'METHOD_NOT_ALLOWED',
    'VALUE_NOT_JSON',
    'VALUE_TOO_LARGE',
    'CONCURRENCY_KEY_INVALID',
    'START_KEY_INVALID',
    'RUN_INPUT_INVALID',
    'RUN_QUEUE_FULL',
    'PAYLOAD_LIMIT_REACHED',
    'WAIT_LIMIT_REACHED',
    'WORKFLOW_INVALID',
    'RATE_LIMITED',
    'KEY_PROVIDER_REQUIRED',
    'UNAVAILABLE',
    'REQUEST_BODY_CONSUMED',
    'RUN_NOT_COMPLETED',
    'RUN_ANSWER_LATE',
    'FILE_NOT_FOUND',
  ],
} as const

/** A message with a body. */
const MESSAGE = { ...WEBHOOK_REQUEST, body: rawBodySchema, rawBody: true, maxBodyBytes: RUN_INPUT_BYTES } as const

/** Common part of the pages of forms, which people open without signing in. */
const FORM_REQUEST = {
  path: '/forms/{token}',
  tag,
  permission: 'public',
  rate: 'callback',
  resource: null,
  params: z.object({ token: z.string().min(1).max(2_000) }),
  query: NO_QUERY,
} as const

const FORM_ERRORS = [
  'TRIGGER_NOT_FOUND',
  'TRIGGER_PAUSED',
  'WORKFLOW_INVALID',
  'RATE_LIMITED',
  'KEY_PROVIDER_REQUIRED',
  'UNAVAILABLE',
] as const

const formPage = (description: string) => ({ description, schema: z.string(), contentType: 'text/html' })

export const triggerRoutes = {
  listTriggers: defineRoute({
    id: 'listTriggers',
    method: 'GET',
    path: '/workflows/{id}/triggers',
    tag,
    summary: 'List the triggers by which the server starts runs of a workflow, in the order of their nodes',
    permission: 'trigger:read',
    resource: 'workflow',
    params: workflowParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The triggers', schema: triggerListSchema } },
    errors: ['KEY_PROVIDER_REQUIRED', 'UNAVAILABLE'],
  }),
  getTrigger: defineRoute({
    id: 'getTrigger',
    method: 'GET',
    path: '/workflows/{id}/triggers/{nodeId}',
    tag,
    summary: 'Read a trigger of the draft or of the published version, with its address',
    permission: 'trigger:read',
    resource: 'workflow',
    params: triggerParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The trigger', schema: triggerSchema } },
    errors: ['TRIGGER_NOT_FOUND', 'KEY_PROVIDER_REQUIRED', 'UNAVAILABLE'],
  }),
  pauseTrigger: defineRoute({
    ...CHANGE_REQUEST,
    id: 'pauseTrigger',
    path: '/workflows/{id}/triggers/{nodeId}/pause',
    summary: 'Pause a trigger: until it is resumed, messages are refused, and times of a schedule start no runs',
    errors: ['TRIGGER_NOT_FOUND'],
  }),
  resumeTrigger: defineRoute({
    ...CHANGE_REQUEST,
    id: 'resumeTrigger',
    path: '/workflows/{id}/triggers/{nodeId}/resume',
    summary: 'Resume a paused trigger; times of a schedule that have passed meanwhile start no runs',
    errors: ['TRIGGER_NOT_FOUND'],
  }),
  replaceTriggerAddress: defineRoute({
    ...CHANGE_REQUEST,
    id: 'replaceTriggerAddress',
    path: '/workflows/{id}/triggers/{nodeId}/address',
    summary: 'Give a trigger a new address: messages to the one before, and to an open test, are refused from now on',
    errors: ['TRIGGER_NOT_FOUND', 'KEY_PROVIDER_REQUIRED', 'UNAVAILABLE'],
  }),
  openTriggerTest: defineRoute({
    ...CHANGE_REQUEST,
    id: 'openTriggerTest',
    path: '/workflows/{id}/triggers/{nodeId}/test',
    summary: 'Open the test address of a trigger for an hour: each message to it starts a test run of the draft',
    errors: ['TRIGGER_NOT_FOUND', 'WORKFLOW_INVALID', 'KEY_PROVIDER_REQUIRED', 'UNAVAILABLE'],
  }),
  listTriggerEvents: defineRoute({
    id: 'listTriggerEvents',
    method: 'GET',
    path: '/workflows/{id}/triggers/{nodeId}/events',
    tag,
    summary: 'List the last messages of a trigger, or times of a schedule, with their outcomes, newest first',
    permission: 'trigger:read',
    resource: 'workflow',
    params: triggerParams,
    query: z.object(pageQuery),
    body: null,
    responses: { 200: { description: 'A page of events', schema: pageSchema(triggerEventSchema) } },
    errors: ['CURSOR_INVALID'],
  }),
  backfillTrigger: defineRoute({
    id: 'backfillTrigger',
    method: 'POST',
    path: '/workflows/{id}/triggers/{nodeId}/backfill',
    tag,
    summary:
      'Start the runs of a range of times of a schedule that have passed; a time that has started one is left out',
    permission: 'run:start',
    rate: 'start',
    resource: 'workflow',
    params: triggerParams,
    query: NO_QUERY,
    body: backfillSchema,
    responses: { 200: { description: 'The times with their runs', schema: backfillResultSchema } },
    errors: ['TRIGGER_NOT_FOUND', 'TRIGGER_PAUSED', 'BACKFILL_INVALID', 'UNAVAILABLE'],
  }),
  pollTrigger: defineRoute({
    ...CHANGE_REQUEST,
    id: 'pollTrigger',
    path: '/workflows/{id}/triggers/{nodeId}/poll',
    summary:
      'Poll by a trigger of the draft: the items for which it would start runs now; nothing is started or stored',
    rate: 'start',
    responses: { 200: { description: 'The items', schema: pollPreviewSchema } },
    errors: [
      'TRIGGER_NOT_FOUND',
      'WORKFLOW_INVALID',
      'POLL_FAILED',
      'POLL_RESULT_INVALID',
      'CONNECTION_NOT_FOUND',
      'CONNECTION_REFUSED',
      'CONNECTION_RATE_LIMITED',
      'SECRET_NOT_FOUND',
      'KEY_PROVIDER_REQUIRED',
      'UNAVAILABLE',
    ],
  }),
  previewSchedule: defineRoute({
    id: 'previewSchedule',
    method: 'POST',
    path: '/schedules/preview',
    tag,
    summary: 'Compute the next times of a schedule from the params of its node; nothing is stored',
    permission: 'trigger:read',
    rate: 'read',
    resource: null,
    params: z.object({}),
    query: NO_QUERY,
    body: schedulePreviewRequestSchema,
    responses: { 200: { description: 'The next times', schema: schedulePreviewSchema } },
    errors: ['SCHEDULE_INVALID'],
  }),
  receiveWebhook: defineRoute({
    ...MESSAGE,
    id: 'receiveWebhook',
    method: 'POST',
    summary: 'Start a run by a message to the address of a webhook; the trigger says how it is signed',
  }),
  receiveWebhookPut: defineRoute({
    ...MESSAGE,
    id: 'receiveWebhookPut',
    method: 'PUT',
    summary: 'Start a run by a message to the address of a webhook that accepts PUT',
  }),
  receiveWebhookPatch: defineRoute({
    ...MESSAGE,
    id: 'receiveWebhookPatch',
    method: 'PATCH',
    summary: 'Start a run by a message to the address of a webhook that accepts PATCH',
  }),
  receiveWebhookDelete: defineRoute({
    ...MESSAGE,
    id: 'receiveWebhookDelete',
    method: 'DELETE',
    summary: 'Start a run by a message to the address of a webhook that accepts DELETE',
  }),
  receiveWebhookGet: defineRoute({
    ...WEBHOOK_REQUEST,
    id: 'receiveWebhookGet',
    method: 'GET',
    body: null,
    summary: 'Start a run by a message without a body to the address of a webhook that accepts GET',
  }),
  showForm: defineRoute({
    ...FORM_REQUEST,
    id: 'showForm',
    method: 'GET',
    body: null,
    summary: 'Show the page of a form; errors are pages as well',
    responses: { 200: formPage('The page') },
    errors: FORM_ERRORS,
  }),
  sendForm: defineRoute({
    ...FORM_REQUEST,
    id: 'sendForm',
    method: 'POST',
    body: rawBodySchema,
    rawBody: true,
    // Encoded for a form, a text is up to nine times as long as its characters.
    maxBodyBytes: 2_097_152,
    summary:
      'Start a run by the fields of a form (application/x-www-form-urlencoded); errors are pages as well. The same page ' +
      'sent again starts no other run',
    responses: {
      200: formPage('The answer, which may be that of the run'),
      303: { description: 'The page that the author has chosen', schema: null },
      422: formPage('The page, with errors beside the fields'),
    },
    errors: [
      ...FORM_ERRORS,
      'VALUE_TOO_LARGE',
      'CONCURRENCY_KEY_INVALID',
      'START_KEY_INVALID',
      'JSON_SCHEMA_INVALID',
      'RUN_QUEUE_FULL',
      'RUN_NOT_COMPLETED',
      'PAYLOAD_LIMIT_REACHED',
      'WAIT_LIMIT_REACHED',
      'REQUEST_BODY_CONSUMED',
    ],
  }),
}
