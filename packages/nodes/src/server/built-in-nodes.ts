import type { AnyNodeImplementation, DocumentReader, LanguageModel } from '@tenon/core/node'
import { checkOptions, isOptionObject, type OptionCheck, optional, optionFault, text } from '@tenon/core/options'
import { createAgentNode } from '../agent/implementation.ts'
import { aggregateNode } from '../aggregate/implementation.ts'
import { approvalNode } from '../approval/implementation.ts'
import { batchNode } from '../batch/implementation.ts'
import { breakNode } from '../break/implementation.ts'
import { continueNode } from '../continue/implementation.ts'
import { dataTableQueryNode } from '../data-table-query/implementation.ts'
import { dataTableWriteNode } from '../data-table-write/implementation.ts'
import { delayNode } from '../delay/implementation.ts'
import { endNode } from '../end/implementation.ts'
import { eventNode } from '../event/implementation.ts'
import { failNode } from '../fail/implementation.ts'
import { filterNode } from '../filter/implementation.ts'
import { forEachNode } from '../for-each/implementation.ts'
import { forkNode } from '../fork/implementation.ts'
import { formNode } from '../form/implementation.ts'
import { createGuardrailsNode } from '../guardrails/implementation.ts'
import { httpCallNode } from '../http-call/implementation.ts'
import { ifElseNode } from '../if-else/implementation.ts'
import { joinNode } from '../join/implementation.ts'
import { keyValueNode } from '../key-value/implementation.ts'
import { createLlmTransformNode } from '../llm-transform/implementation.ts'
import { mergeNode } from '../merge/implementation.ts'
import { pollUrlNode } from '../poll-url/implementation.ts'
import { postgresQueryNode } from '../postgres-query/implementation.ts'
import { postgresWriteNode } from '../postgres-write/implementation.ts'
import { readCsvNode } from '../read-csv/implementation.ts'
import { removeDuplicatesNode } from '../remove-duplicates/implementation.ts'
import { repeatNode } from '../repeat/implementation.ts'
import { respondNode } from '../respond/implementation.ts'
import { runWorkflowNode } from '../run-workflow/implementation.ts'
import { scheduleNode } from '../schedule/implementation.ts'
import { sendEmailNode } from '../send-email/implementation.ts'
import { setNode } from '../set/implementation.ts'
import { connectionParam } from '../shared/sql-params.ts'
import { sortNode } from '../sort/implementation.ts'
import { startNode } from '../start/implementation.ts'
import { switchNode } from '../switch/implementation.ts'
import { createTextractOcrNode } from '../textract-ocr/implementation.ts'
import { tryNode } from '../try/implementation.ts'
import { waitForCallbackNode } from '../wait-for-callback/implementation.ts'
import { waitForEventNode } from '../wait-for-event/implementation.ts'
import { webhookNode } from '../webhook/implementation.ts'
import { writeCsvNode } from '../write-csv/implementation.ts'
import { offerModels } from './offer-models.ts'

/** Fields that make sense for a service at AWS alone. */
const OF_AWS = { connection: true, bucket: true, key: true, version: true } as const

const languageModelCheck: OptionCheck = (value, field) =>
  isOptionObject(value) && typeof value['generate'] === 'function' && Array.isArray(value['models'])
    ? []
    : optionFault(
        field,
        `${field} must be a LanguageModel with models and generate, such as openaiLanguageModel({ ... })`,
      )

const documentReaderCheck: OptionCheck = (value, field) => {
  if (!isOptionObject(value) || !['start', 'result', 'discard'].every((name) => typeof value[name] === 'function'))
    return optionFault(field, `${field} must be a DocumentReader, such as textractReader()`)
  const { offer } = value
  const isOffer =
    isOptionObject(offer) &&
    text(offer['description'], field).length === 0 &&
    ['aws', 'http', null].some((kind) => kind === offer['connectsTo'])
  return offer === undefined || isOffer
    ? []
    : optionFault(`${field}.offer`, `${field}.offer must have a description, and connectsTo: 'aws', 'http' or null`)
}

/** Services of the host for the built-in nodes. */
export interface BuiltInNodesOptions {
  /** Model of `llm-transform`, `agent` and `guardrails`. @defaultValue none: these node types are omitted */
  readonly languageModel?: LanguageModel
  /** Reader of `textract-ocr`, such as `textractReader()`. @defaultValue none: the node type is omitted */
  readonly documentReader?: DocumentReader
}

/**
 * Creates the built-in node types with their implementations, for the server together with those of the host.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown option, or an invalid `languageModel` or
 * `documentReader`.
 *
 * @example
 * ```ts
 * import { createBuiltInNodes } from '@tenon/nodes/server'
 *
 * export const nodes = createBuiltInNodes({})
 * ```
 */
export function createBuiltInNodes(options: BuiltInNodesOptions = {}): readonly AnyNodeImplementation[] {
  checkOptions('createBuiltInNodes', options, {
    languageModel: optional(languageModelCheck),
    documentReader: optional(documentReaderCheck),
  })
  const { languageModel, documentReader } = options
  const plain: readonly AnyNodeImplementation[] = [
    startNode,
    webhookNode,
    formNode,
    scheduleNode,
    pollUrlNode,
    eventNode,
    endNode,
    failNode,
    setNode,
    filterNode,
    sortNode,
    removeDuplicatesNode,
    aggregateNode,
    batchNode,
    mergeNode,
    readCsvNode,
    writeCsvNode,
    dataTableQueryNode,
    dataTableWriteNode,
    keyValueNode,
    ifElseNode,
    switchNode,
    forkNode,
    joinNode,
    forEachNode,
    repeatNode,
    tryNode,
    breakNode,
    continueNode,
    runWorkflowNode,
    delayNode,
    waitForEventNode,
    waitForCallbackNode,
    respondNode,
    approvalNode,
    httpCallNode,
    postgresQueryNode,
    postgresWriteNode,
    sendEmailNode,
    ...(documentReader === undefined ? [] : [offerReader(createTextractOcrNode(documentReader), documentReader)]),
  ]
  if (languageModel === undefined) return plain
  const today = new Date().toISOString().slice(0, 10)
  return [
    ...plain,
    offerModels(createLlmTransformNode(languageModel), languageModel.models, today),
    offerModels(createAgentNode(languageModel), languageModel.models, today),
    offerModels(createGuardrailsNode(languageModel), languageModel.models, today),
  ]
}

/** Describes the node type that reads documents as its reader does, and asks for the connection that the reader needs. */
function offerReader(implementation: AnyNodeImplementation, { offer }: DocumentReader): AnyNodeImplementation {
  if (offer === undefined) return implementation
  const { description, connectsTo } = offer
  const { definition } = implementation
  const own = connectsTo === 'aws' ? definition.params : definition.params.omit(OF_AWS)
  const params = connectsTo === null ? own : own.extend({ connection: connectionParam(connectsTo, description) })
  return Object.freeze({ ...implementation, definition: Object.freeze({ ...definition, description, params }) })
}
