import type { ErrorEntry } from './error-entry.ts'

/** Errors of starts of runs, of runs as a whole, and of answers to what runs wait for: votes, fixes, events and callbacks. */
export const RUN_ERRORS = {
  WORKFLOW_NOT_PUBLISHED: { status: 422, retryable: false, remedy: 'Publish the workflow first, or try the draft.' },
  RUN_INPUT_INVALID: { status: 422, retryable: false, remedy: 'Correct the input fields listed in issues.' },
  TRIGGER_NOT_MANUAL: {
    status: 422,
    retryable: false,
    remedy: 'Add a Start node, or send a message to the address of the webhook; a draft has a test address.',
  },
  TRIGGER_DISABLED: {
    status: 422,
    retryable: false,
    remedy: 'Enable the trigger in the workflow and publish it again, or start the run at another trigger.',
  },
  TRIGGER_NOT_FOUND: {
    status: 404,
    retryable: false,
    remedy: 'Check the node id; publish the workflow so that its triggers start runs.',
  },
  TRIGGER_PAUSED: { status: 409, retryable: true, remedy: 'Resume the trigger, then send the message again.' },
  SCHEDULE_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the fields of the schedule listed in issues.',
  },
  BACKFILL_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Choose a range in the past with at least one and at most 100 times of the schedule.',
  },
  TRIGGER_KEY_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the key of the trigger.',
  },
  TRIGGER_FILTER_FAILED: {
    status: 422,
    retryable: false,
    remedy: 'Correct the filter of the trigger.',
  },
  TRANSACTION_UNSUPPORTED: {
    status: 422,
    retryable: false,
    remedy: 'Pass an open transaction of pg, PGlite, Kysely, Drizzle or Prisma.',
  },
  TRANSACTION_DATABASE_MISMATCH: {
    status: 422,
    retryable: false,
    remedy: 'Use the database with the tables of the server, and a login that may call its functions.',
  },
  RUN_ANSWER_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the status, the headers or the body of the respond node.',
  },
  RUN_ANSWER_LATE: {
    status: 504,
    retryable: true,
    remedy: 'Send the message again with its key to get the answer.',
  },
  RUN_NOT_COMPLETED: {
    status: 500,
    retryable: false,
    remedy: 'Look at the run.',
  },
  WEBHOOK_NOT_FOUND: { status: 404, retryable: false, remedy: 'Copy the address again from the trigger.' },
  WEBHOOK_SIGNATURE_INVALID: {
    status: 401,
    retryable: false,
    remedy: 'Sign the message as the trigger requires, with its present secret.',
  },
  WEBHOOK_TIMESTAMP_INVALID: {
    status: 401,
    retryable: false,
    remedy: 'Send the message with its present time, and check the clocks of both systems.',
  },
  WEBHOOK_BODY_INVALID: {
    status: 400,
    retryable: false,
    remedy: 'Send a body that fits its Content-Type, in UTF-8.',
  },
  WEBHOOK_KEY_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Send a message for which the key of the trigger gives a text or a number of at most 400 characters.',
  },
  CONCURRENCY_KEY_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Send an input for which the concurrency key of the workflow gives a text, a number or a boolean.',
  },
  START_KEY_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Send an input for which the key in the settings of the workflow gives a text, a number or a boolean.',
  },
  RUN_QUEUE_FULL: {
    status: 429,
    retryable: true,
    remedy: 'Wait until queued runs have started, or raise the limit of queued runs of the tenant.',
  },
  RUN_CANCELED: { status: 409, retryable: false, remedy: 'Start a new run.' },
  RUN_TIMEOUT: {
    status: 504,
    retryable: false,
    remedy: 'Raise the time limit of the workflow, or make its work smaller.',
  },
  RUN_CLOSED: { status: 409, retryable: false, remedy: 'Start a new run.' },
  RUN_NOT_ENDED: { status: 409, retryable: false, remedy: 'Wait for the end of the run, or cancel it first.' },
  RUN_HAS_PARENT: {
    status: 409,
    retryable: false,
    remedy: 'Delete the run at the top of its tree, which includes it.',
  },
  RERUN_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Run again from an earlier node or from the start, with the version of the earlier run.',
  },
  MIGRATION_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Let the run finish on its version, or publish a version that keeps the nodes listed in issues.',
  },
  MIGRATION_CLOSED: {
    status: 409,
    retryable: false,
    remedy: 'The run has moved already, or no request to move it waits. Reload to see its version.',
  },
  ROLLOUT_ACTIVE: {
    status: 409,
    retryable: false,
    remedy: 'Promote the canary, roll it back, or stop the rollout first.',
  },
  ROLLOUT_CLOSED: {
    status: 409,
    retryable: false,
    remedy: 'Reload to see the state of the rollout.',
  },
  ENGINE_CHANGE_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Choose an engine that this server has, for a run that has begun and for which no other change waits.',
  },
  APPROVAL_CLOSED: {
    status: 409,
    retryable: false,
    remedy: 'The approval is already decided. Reload to see the decision.',
  },
  APPROVAL_VOTED: {
    status: 409,
    retryable: false,
    remedy: 'You already voted for a different option. Reload to see your vote.',
  },
  PARKED_CLOSED: {
    status: 409,
    retryable: false,
    remedy: 'The parked node run is already resolved, or its run has ended. Reload to see who resolved it.',
  },
  RESOLUTION_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Choose one of the resolutions that the parked node run lists, with an output that its port allows.',
  },
  EVENT_TYPE_UNKNOWN: {
    status: 422,
    retryable: false,
    remedy: 'Send a declared type, or declare it in the options of the server.',
  },
  EVENT_ID_USED: { status: 409, retryable: false, remedy: 'Use a new id for another event.' },
  EVENT_PAYLOAD_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Send a payload that fits the schema of the wait or of its type, or change the schema.',
  },
  EVENT_BUFFER_FULL: {
    status: 429,
    retryable: true,
    remedy: 'Send events when runs wait for them, or with a shorter ttl, so that fewer are kept.',
  },
  CALLBACK_NOT_FOUND: { status: 404, retryable: false, remedy: 'Use the callback URL exactly as the run has sent it.' },
  CALLBACK_USED: { status: 409, retryable: false, remedy: 'The run has received another callback. Start a new run.' },
  CALLBACK_GONE: {
    status: 410,
    retryable: false,
    remedy: 'The run no longer waits for this callback: its time limit is over, or it has ended. Start a new run.',
  },
  CALLBACK_URL_UNKNOWN: {
    status: 422,
    retryable: false,
    remedy: 'Ask the operator to give `publicUrl` and `basePath` of the server to createWorker, too.',
  },
  RUN_TOO_LONG: {
    status: 422,
    retryable: false,
    remedy: 'Loop over shorter lists, or split them over several runs.',
  },
  RUN_LOG_FULL: {
    status: 422,
    retryable: false,
    remedy: 'Split the work over several runs, or raise maxRunEvents or maxRunLogBytes of the engine.',
  },
  WAIT_LIMIT_REACHED: {
    status: 429,
    retryable: true,
    remedy: 'Decide open approvals and resolve failed nodes, or raise the limit of the tenant.',
  },
} as const satisfies Record<string, ErrorEntry>
