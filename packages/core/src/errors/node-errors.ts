import type { ErrorEntry } from './error-entry.ts'

/** Errors of node types and of node runs: their params, attempts, outputs, loops, sub-workflows and calls. */
export const NODE_ERRORS = {
  DELAY_TOO_LONG: { status: 422, retryable: false, remedy: 'Wait for a time within the next 10 years.' },
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
  CSV_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the CSV at the line in details, or skip rows with faults.',
  },
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
  JSON_SCHEMA_INVALID: { status: 422, retryable: false, remedy: 'Correct the JSON Schema; patterns must be linear.' },
  EGRESS_REFUSED: {
    status: 403,
    retryable: false,
    remedy: 'Use a public http or https URL, or ask the operator to allow this host.',
  },
  CONNECTION_HOST_REFUSED: {
    status: 403,
    retryable: false,
    remedy: 'Use a URL of a host that the connection is for, or add the host to the connection.',
  },
  CONNECTION_REFUSED: {
    status: 403,
    retryable: false,
    remedy: 'Choose a connection that this workflow may use, or share the connection with it.',
  },
  CONNECTION_RATE_LIMITED: {
    status: 429,
    retryable: true,
    remedy: 'Send fewer requests by the connection, or try again later.',
  },
  SERVICE_REFUSED: {
    status: 502,
    retryable: false,
    remedy: 'Correct the params of the node; details.reason says why.',
  },
  HOST_API_REFUSED: {
    status: 403,
    retryable: false,
    remedy: 'Start the run as a person who may call this API.',
  },
  OPENAPI_INVALID: { status: 422, retryable: false, remedy: 'Correct the document, or the options of the import.' },
  CONNECTOR_INVALID: { status: 500, retryable: false, remedy: 'Correct the field of the connector in the message.' },
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
  SQL_INVALID: { status: 422, retryable: false, remedy: 'Correct the SQL statement of the node.' },
  SQL_FORBIDDEN: {
    status: 403,
    retryable: false,
    remedy: 'Use a statement that the connection allows, or let its owner allow more.',
  },
  SQL_FAILED: {
    status: 502,
    retryable: false,
    remedy: 'Correct the statement or its values; details.sqlState says why.',
  },
  SQL_UNAVAILABLE: {
    status: 502,
    retryable: true,
    remedy: 'Check host, port and TLS of the connection, and the database.',
  },
  SQL_LOGIN_FAILED: {
    status: 502,
    retryable: false,
    remedy: 'Correct the user, password or database of the connection.',
  },
  SQL_RESULT_TOO_LARGE: {
    status: 422,
    retryable: false,
    remedy: 'Add a limit or a condition, select fewer columns, or raise the limit of the node.',
  },
  SQL_TYPE_UNSUPPORTED: {
    status: 422,
    retryable: false,
    remedy: "Convert the column in the statement, such as encode(column, 'base64').",
  },
  SQL_COMPLETIONS_MISSING: {
    status: 422,
    retryable: false,
    remedy: 'Run the statement in details.sql on the database once, with a user that may create tables.',
  },
  SQL_KEY_REUSED: {
    status: 409,
    retryable: false,
    remedy: 'Use an idempotency key that is unique for each write.',
  },
  MAIL_INVALID: { status: 422, retryable: false, remedy: 'Correct the address or the subject named in the message.' },
  MAIL_FAILED: {
    status: 502,
    retryable: true,
    remedy: 'Check host, port and TLS of the connection, and the mail server.',
  },
  MAIL_REFUSED: { status: 502, retryable: false, remedy: 'Correct the addresses or the content; the server says why.' },
  MAIL_LOGIN_FAILED: { status: 502, retryable: false, remedy: 'Correct the user or the password of the connection.' },
  DOCUMENT_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Give a PNG, JPEG, TIFF or PDF that is not damaged or encrypted, within the limits of the service.',
  },
  DOCUMENT_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    remedy: 'Check the access key of the connection, and what its user may do.',
  },
  DOCUMENT_READ_FAILED: {
    status: 502,
    retryable: true,
    remedy: 'Try again; details.reason is the answer of the service.',
  },
  DOCUMENT_TOO_LARGE: {
    status: 422,
    retryable: false,
    remedy: 'Split the document, or read fewer of its parts.',
  },
  DOCUMENT_WAIT_TOO_LONG: {
    status: 504,
    retryable: false,
    remedy: 'Raise the longest wait of the node, or split the document.',
  },
  BUDGET_EXCEEDED: {
    status: 429,
    retryable: false,
    remedy: 'Raise the budget, wait for its next period, or use a model that costs less.',
  },
  MODEL_FAILED: { status: 502, retryable: false, remedy: 'Check the model name and the provider account.' },
  MODEL_OUTPUT_INVALID: {
    status: 502,
    retryable: false,
    remedy: 'Make the prompt clearer or the schema simpler, or choose another model.',
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
  AGENT_ROUNDS_EXCEEDED: {
    status: 422,
    retryable: false,
    remedy: 'Raise the limit of rounds, or make the task smaller; details.lastAnswer has what the model wrote last.',
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
  CALL_REJECTED: {
    status: 409,
    retryable: false,
    remedy: 'Read the reason of the rejection, then call again with other params.',
  },
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
  CALL_CANCELED: {
    status: 409,
    retryable: false,
    remedy: 'Do nothing: another call completed first, or the caller was canceled.',
  },
  FAILED_ON_PURPOSE: {
    status: 422,
    retryable: false,
    remedy: 'Read the message: the author of the workflow ends a run here.',
  },
  ITERATION_FAILED: { status: 422, retryable: false, remedy: 'Open the failed iteration and see why it failed.' },
  VALUE_TOO_LARGE: { status: 413, retryable: false, remedy: 'Store the value elsewhere and pass a reference.' },
} as const satisfies Record<string, ErrorEntry>
