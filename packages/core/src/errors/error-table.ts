/** Entry of one error code: HTTP status, default retryability and remedy. */
export interface ErrorEntry {
  /** HTTP status of a response with the code. */
  readonly status: number
  /** `true` if the same call may succeed later, unless the error itself says otherwise. */
  readonly retryable: boolean
  /** One sentence in the imperative: how to resolve the error. */
  readonly remedy: string
}

/** All error codes of Tenon. A code is public API: adding one is minor, removing one is major. */
export const ERROR_TABLE = {
  INTERNAL: {
    status: 500,
    retryable: true,
    remedy: 'Try again. If the error persists, give the request id to support.',
  },
  UNAUTHENTICATED: { status: 401, retryable: false, remedy: 'Sign in again.' },
  FORBIDDEN: { status: 403, retryable: false, remedy: 'Ask an admin for a role that allows this.' },
  WORKFLOW_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the workflow id.' },
  VERSION_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the version; publish the workflow first.' },
  RUN_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the run id.' },
  APPROVAL_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the approval id.' },
  PARKED_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the id of the parked node run.' },
  ROUTE_NOT_FOUND: { status: 404, retryable: false, remedy: 'Check the path and the method against /openapi.json.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, remedy: 'Use one of the methods in the Allow header.' },
  CURSOR_INVALID: { status: 422, retryable: false, remedy: 'Leave the cursor out to start from the first page.' },
  WORKFLOW_NOT_PUBLISHED: { status: 422, retryable: false, remedy: 'Publish the workflow first, or try the draft.' },
  COLLAB_FRAME_INVALID: { status: 422, retryable: false, remedy: 'Reload the editor; the unsaved change was refused.' },
  IDENTITY_INVALID: { status: 500, retryable: false, remedy: 'Correct what authenticate returns.' },
  OPTIONS_INVALID: { status: 500, retryable: false, remedy: 'Correct the option that the message names.' },
  ORIGIN_REFUSED: { status: 403, retryable: false, remedy: "Add the page's origin to allowedOrigins of the server." },
  REQUEST_TOO_LARGE: { status: 413, retryable: false, remedy: 'Send a smaller body.' },
  REQUEST_TIMEOUT: { status: 408, retryable: true, remedy: 'Send the whole body at once, over a faster connection.' },
  REQUEST_BODY_CONSUMED: {
    status: 500,
    retryable: false,
    remedy:
      'Mount Tenon before the body parser, use the adapter of your framework, or keep the parsed body in req.body.',
  },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, remedy: 'Send Content-Type: application/json.' },
  REQUEST_MALFORMED: { status: 400, retryable: false, remedy: 'Send valid JSON.' },
  REQUEST_INVALID: { status: 422, retryable: false, remedy: 'Correct the fields listed in issues.' },
  REFERENCE_NOT_FOUND: { status: 422, retryable: false, remedy: 'Correct the id that the body names.' },
  WORKFLOW_INVALID: { status: 422, retryable: false, remedy: 'Fix the problems listed in issues, then publish again.' },
  OPERATION_INVALID: { status: 422, retryable: false, remedy: 'Read the draft again and send operations that fit it.' },
  DOCUMENT_MALFORMED: { status: 422, retryable: false, remedy: 'Correct the document at the path in the message.' },
  RUN_INPUT_INVALID: { status: 422, retryable: false, remedy: 'Correct the input fields listed in issues.' },
  TRIGGER_DISABLED: {
    status: 422,
    retryable: false,
    remedy: 'Enable the trigger in the workflow and publish it again, or start the run at another trigger.',
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
  EVENT_ID_USED: { status: 409, retryable: false, remedy: 'Use a new id for another event.' },
  EVENT_PAYLOAD_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Send a payload that fits the schema of the wait, or change the schema in the workflow.',
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
  DELAY_TOO_LONG: { status: 422, retryable: false, remedy: 'Wait for a time within the next 10 years.' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, retryable: false, remedy: 'Use a new Idempotency-Key for another request.' },
  PRECONDITION_REQUIRED: { status: 428, retryable: false, remedy: 'Send If-Match with the ETag of the draft.' },
  PRECONDITION_FAILED: { status: 412, retryable: false, remedy: 'Read the draft again and repeat your change.' },
  DRAFT_REPLACED: { status: 409, retryable: false, remedy: 'Load the draft again, then repeat your changes.' },
  RATE_LIMITED: { status: 429, retryable: true, remedy: 'Wait for Retry-After.' },
  QUOTA_EXCEEDED: {
    status: 409,
    retryable: false,
    remedy: 'Delete unused objects, or ask the operator for a larger quota.',
  },
  UNAVAILABLE: { status: 503, retryable: true, remedy: 'Try again in a moment.' },
  NODE_TYPE_DUPLICATE: { status: 500, retryable: false, remedy: 'Register each node type once.' },
  NODE_TYPE_UNKNOWN: {
    status: 422,
    retryable: false,
    remedy: 'Register the node type on the server, or remove the node.',
  },
  NODE_DEFINITION_INVALID: {
    status: 500,
    retryable: false,
    remedy: 'Correct the definition at the path in the message.',
  },
  RETRY_POLICY_INVALID: { status: 422, retryable: false, remedy: 'Correct the retry policy.' },
  NODE_PARAMS_INVALID: { status: 422, retryable: false, remedy: 'Correct the params named in details.' },
  NODE_OUTPUT_INVALID: {
    status: 500,
    retryable: false,
    remedy: 'The node returned a value outside its output schema.',
  },
  NODE_FAILED: { status: 500, retryable: true, remedy: 'Open the node run and read its log.' },
  NODE_CANCELED: { status: 409, retryable: false, remedy: 'The run or the branch was canceled.' },
  NODE_TIMEOUT: { status: 504, retryable: true, remedy: 'Raise the timeout of the node, or make its work smaller.' },
  NODE_TOTAL_TIMEOUT: {
    status: 504,
    retryable: false,
    remedy: 'Raise the total time of the node, or lower its timeout or its attempts.',
  },
  RETRY_CONDITION_FAILED: {
    status: 422,
    retryable: false,
    remedy: 'Correct the condition to try again; details.error is the failure of the attempt.',
  },
  SECRET_NOT_FOUND: { status: 422, retryable: false, remedy: 'Open the node and set the secret again.' },
  KEY_PROVIDER_REQUIRED: {
    status: 422,
    retryable: false,
    remedy: 'Ask the operator of this server to give `keyProvider` to createWorkflowServer, which encrypts secrets.',
  },
  JSON_SCHEMA_INVALID: { status: 422, retryable: false, remedy: 'Correct the JSON Schema; patterns must be linear.' },
  EGRESS_REFUSED: {
    status: 403,
    retryable: false,
    remedy: 'Use a public http or https URL, or ask the operator to allow this host.',
  },
  HTTP_FAILED: { status: 502, retryable: true, remedy: 'Check the URL and the status of the service.' },
  HTTP_STATUS: { status: 502, retryable: false, remedy: 'Check the response of the service.' },
  HTTP_REDIRECT_REFUSED: {
    status: 502,
    retryable: false,
    remedy: 'Use the URL that the service redirects to, or let the node follow redirects.',
  },
  HTTP_RESPONSE_TOO_LARGE: {
    status: 502,
    retryable: false,
    remedy: 'Raise the size limit of the node up to the maximum of the server, or request less data at once.',
  },
  HTTP_RESPONSE_INVALID: {
    status: 502,
    retryable: false,
    remedy: 'Set the response format to text, or correct the service.',
  },
  MODEL_FAILED: { status: 502, retryable: false, remedy: 'Check the model name and the provider account.' },
  MODEL_OUTPUT_INVALID: {
    status: 502,
    retryable: false,
    remedy: 'Make the prompt clearer or the schema simpler, or choose another model.',
  },
  OUTCOME_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Change the output of the node: the database cannot store it. Texts must have no NUL characters.',
  },
  APPEND_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Change the stored value: the database refuses it. A retry will fail too.',
  },
  MODEL_OUTPUT_TRUNCATED: {
    status: 502,
    retryable: false,
    remedy: 'Raise the token limit of the node, or ask for a shorter response.',
  },
  ATTEMPTS_LOST: { status: 500, retryable: false, remedy: 'Workers stopped during every attempt; check their health.' },
  TASK_QUEUE_UNSERVED: {
    status: 422,
    retryable: false,
    remedy: 'Start a worker with this queue in nodeQueues, or choose another task queue for the node.',
  },
  JOIN_UNSATISFIED: {
    status: 422,
    retryable: false,
    remedy: 'Lower the number of branches that the join needs, or make more branches reach it.',
  },
  VALUE_NOT_JSON: {
    status: 422,
    retryable: false,
    remedy: 'Return only JSON values: no NaN, no lone surrogates, depth up to 64.',
  },
  JOURNAL_TOO_LARGE: {
    status: 500,
    retryable: false,
    remedy: 'Journal fewer calls or smaller results: store large data elsewhere and pass references.',
  },
  LOOP_TOO_LONG: { status: 422, retryable: false, remedy: 'Loop over a shorter list, or split it over several runs.' },
  LOOP_RESULTS_TOO_LARGE: {
    status: 422,
    retryable: false,
    remedy: 'End each iteration with a Set node that keeps only what is needed later.',
  },
  LOOP_RUNS_NOTHING: {
    status: 422,
    retryable: false,
    remedy: 'Enable a node inside the loop that each iteration reaches.',
  },
  RUN_TOO_LONG: {
    status: 422,
    retryable: false,
    remedy: 'Loop over shorter lists, or split them over several runs.',
  },
  LOOP_LIMIT_REACHED: {
    status: 422,
    retryable: false,
    remedy: 'Check the condition of the loop, or allow more rounds.',
  },
  CHILD_FAILED: { status: 422, retryable: false, remedy: 'Open the run that failed and see why it failed.' },
  CHILD_CANCELED: { status: 409, retryable: false, remedy: 'Start a new run if the work is still needed.' },
  SUBWORKFLOW_NOT_PUBLISHED: {
    status: 422,
    retryable: false,
    remedy: 'Publish the workflow that the node runs, then publish this one again.',
  },
  SUBWORKFLOW_TOO_DEEP: {
    status: 422,
    retryable: false,
    remedy: 'Let one workflow do the work of several, so that fewer runs are inside each other.',
  },
  CALLS_INVALID: {
    status: 500,
    retryable: false,
    remedy: 'Correct the calls that the node returns: see the field in the message.',
  },
  CALLS_TOO_DEEP: {
    status: 422,
    retryable: false,
    remedy: 'Let one node do the work of several, so that fewer calls are inside each other.',
  },
  CALL_PASSES_EXCEEDED: {
    status: 422,
    retryable: false,
    remedy: 'Give the node a condition under which it ends, or let it do more in each pass.',
  },
  CALL_REJECTED: { status: 409, retryable: false, remedy: 'Read the reason of the rejection, then call with others.' },
  CALL_NOT_APPROVED: {
    status: 409,
    retryable: false,
    remedy: 'Decide the approval within its time limit, or give it a longer one.',
  },
  CALL_RESULT_TOO_LARGE: {
    status: 413,
    retryable: false,
    remedy: 'The call has ended. Let the called node store large results and return references.',
  },
  CALL_CANCELED: { status: 409, retryable: false, remedy: 'Another call was first, or the caller was canceled.' },
  ITERATION_FAILED: { status: 422, retryable: false, remedy: 'Open the failed iteration and see why it failed.' },
  VALUE_TOO_LARGE: { status: 413, retryable: false, remedy: 'Store the value elsewhere and pass a reference.' },
  EXPRESSION_SYNTAX: {
    status: 422,
    retryable: false,
    remedy: 'Correct the expression at the position in the message.',
  },
  EXPRESSION_LIMIT: {
    status: 422,
    retryable: false,
    remedy: 'Make the expression or its values smaller, or split the work over several nodes.',
  },
  EXPRESSION_PATH_MISSING: {
    status: 422,
    retryable: false,
    remedy: 'Correct the path, or write ?. or ?? where the value may be absent.',
  },
  EXPRESSION_PATH_UNSURE: {
    status: 422,
    retryable: false,
    remedy: 'Write ?. or ?? where the value may be absent.',
  },
  EXPRESSION_TYPE: {
    status: 422,
    retryable: false,
    remedy: 'Convert the value first, for example with number() or text().',
  },
  COMPARISON_TYPES_DIFFER: {
    status: 422,
    retryable: false,
    remedy: 'Convert one side first, for example with number(), text() or date().',
  },
  EXPRESSION_VALUE: { status: 422, retryable: false, remedy: 'Correct the value that the calculation uses.' },
  EXPRESSION_ARGUMENTS: {
    status: 422,
    retryable: false,
    remedy: 'Call the function with the arguments that its help lists.',
  },
  EXPRESSION_FUNCTION_UNKNOWN: { status: 422, retryable: false, remedy: 'Use a function from the list.' },
  EXPRESSION_KEY_FORBIDDEN: {
    status: 422,
    retryable: false,
    remedy: 'Use another key. __proto__ is never allowed, prototype and constructor are not allowed in paths.',
  },
  TEMPLATE_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the text around the expressions.',
  },
  TEMPLATE_VALUE_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Change the value, or check it with an if-else node before.',
  },
  RUN_LOG_GAP: { status: 500, retryable: false, remedy: 'Read the run log again from the start.' },
  RUN_LOG_NEWER: {
    status: 503,
    retryable: true,
    remedy: 'Start a worker of the version that has written to the run; the run waits for it.',
  },
  FACT_INVALID: { status: 500, retryable: false, remedy: 'The run log contradicts the plan. Report this as a bug.' },
  SNAPSHOT_UNREADABLE: { status: 500, retryable: false, remedy: 'Rebuild the machine from the facts of the run log.' },
  PAYLOAD_NOT_FOUND: {
    status: 500,
    retryable: false,
    remedy: 'The value was erased or its retention has expired. Run the workflow again.',
  },
  PAYLOAD_LIMIT_REACHED: {
    status: 429,
    retryable: false,
    remedy: 'Delete runs with large values, keep runs for fewer days, or raise the limit of the tenant.',
  },
  WAIT_LIMIT_REACHED: {
    status: 429,
    retryable: true,
    remedy: 'Decide open approvals and resolve failed nodes, or raise the limit of the tenant.',
  },
  PAYLOAD_UNAVAILABLE: {
    status: 503,
    retryable: true,
    remedy: 'Try again. If it stays, check the payload store of the server and its credentials.',
  },
  DB_RLS_BROKEN: {
    status: 500,
    retryable: false,
    remedy: 'Run migrate() and leave its policies as they are.',
  },
  DB_ROLE_REQUIRED: { status: 500, retryable: false, remedy: 'Let a database admin run the SQL named in details.' },
  DATABASE_NOT_MIGRATED: {
    status: 503,
    retryable: true,
    remedy: 'Call migrate() before the server answers requests, or run the SQL of migrate({ print: true }).',
  },
  DB_MIGRATION_FAILED: { status: 500, retryable: false, remedy: 'Run the newest version. Nothing was changed.' },
  DB_PREPARED_STATEMENTS: {
    status: 503,
    retryable: false,
    remedy: 'Set `preparedStatements: false` in the database options, or let the pooler keep prepared statements.',
  },
  DB_DIRECTORY_LOCKED: {
    status: 500,
    retryable: false,
    remedy: 'Stop the other process that uses this data directory, or use Postgres for several processes.',
  },
  DB_TRANSACTION_NESTED: { status: 500, retryable: false, remedy: 'Pass on the open transaction instead.' },
  TENANT_INVALID: { status: 422, retryable: false, remedy: 'Use 1 to 128 letters, digits and _ . : - as tenant id.' },
} as const satisfies Record<string, ErrorEntry>

/**
 * Every code that a {@link TenonError} may carry: the keys of {@link ERROR_TABLE}. A code is public and keeps its
 * meaning.
 */
export type TenonErrorCode = keyof typeof ERROR_TABLE
