import type { NodeDefinition } from '@tenon/core/node'
import { agent } from './agent/definition.ts'
import { aggregate } from './aggregate/definition.ts'
import { approval } from './approval/definition.ts'
import { batch } from './batch/definition.ts'
import { breakDefinition } from './break/definition.ts'
import { continueDefinition } from './continue/definition.ts'
import { dataTableQuery } from './data-table-query/definition.ts'
import { dataTableWrite } from './data-table-write/definition.ts'
import { delay } from './delay/definition.ts'
import { end } from './end/definition.ts'
import { event } from './event/definition.ts'
import { fail } from './fail/definition.ts'
import { filter } from './filter/definition.ts'
import { forEach } from './for-each/definition.ts'
import { fork } from './fork/definition.ts'
import { form } from './form/definition.ts'
import { guardrails } from './guardrails/definition.ts'
import { httpCall } from './http-call/definition.ts'
import { ifElse } from './if-else/definition.ts'
import { join } from './join/definition.ts'
import { keyValue } from './key-value/definition.ts'
import { llmTransform } from './llm-transform/definition.ts'
import { merge } from './merge/definition.ts'
import { pollUrl } from './poll-url/definition.ts'
import { postgresQuery } from './postgres-query/definition.ts'
import { postgresWrite } from './postgres-write/definition.ts'
import { readCsv } from './read-csv/definition.ts'
import { removeDuplicates } from './remove-duplicates/definition.ts'
import { repeat } from './repeat/definition.ts'
import { respond } from './respond/definition.ts'
import { runWorkflow } from './run-workflow/definition.ts'
import { schedule } from './schedule/definition.ts'
import { sendEmail } from './send-email/definition.ts'
import { set } from './set/definition.ts'
import { sort } from './sort/definition.ts'
import { start } from './start/definition.ts'
import { switchDefinition } from './switch/definition.ts'
import { textractOcr } from './textract-ocr/definition.ts'
import { tryDefinition } from './try/definition.ts'
import { waitForCallback } from './wait-for-callback/definition.ts'
import { waitForEvent } from './wait-for-event/definition.ts'
import { webhook } from './webhook/definition.ts'
import { writeCsv } from './write-csv/definition.ts'

/**
 * The definitions of all built-in node types, for a manifest without a server (controlled editors, tests).
 *
 * @example
 * ```ts
 * import { toManifest } from '@tenon/core/node'
 * import { builtInDefinitions } from '@tenon/nodes'
 *
 * export const manifest = toManifest(builtInDefinitions)
 * ```
 */
export const builtInDefinitions: readonly NodeDefinition[] = Object.freeze([
  start,
  webhook,
  form,
  schedule,
  pollUrl,
  event,
  llmTransform,
  agent,
  guardrails,
  ifElse,
  switchDefinition,
  fork,
  join,
  forEach,
  repeat,
  tryDefinition,
  breakDefinition,
  continueDefinition,
  runWorkflow,
  delay,
  waitForEvent,
  waitForCallback,
  respond,
  end,
  fail,
  approval,
  set,
  filter,
  sort,
  removeDuplicates,
  aggregate,
  batch,
  merge,
  readCsv,
  writeCsv,
  dataTableQuery,
  dataTableWrite,
  keyValue,
  httpCall,
  postgresQuery,
  postgresWrite,
  sendEmail,
  textractOcr,
])
