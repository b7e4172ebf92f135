export { fillParamDefaults } from '../document/fill-param-defaults.ts'
export { isHeaderName, isHeaderValue, isPortAllowed, isReservedHeader } from '../evaluate/sinks/outbound-rules.ts'
export { type ApproversFault, findApproversFault } from './approvers.ts'
export { faultOfTool } from './callees.ts'
export {
  CALL_CHOICES,
  CALL_ID_PATTERN,
  type CallApproval,
  type CallerState,
  type CallPolicy,
  type CallResult,
  type CallsResume,
  type CallsSuspension,
  MAX_CALL_DEPTH,
  MAX_CALL_PASSES,
  MAX_CALLS,
  type NodeCall,
  type NodeCallInput,
  type NodeTypeRef,
  nodeCall,
} from './calls.ts'
export { type CallingPass, checkCalls } from './check-calls.ts'
export { checkChildSuspension } from './check-child-suspension.ts'
export { checkOutput } from './check-output.ts'
export { checkParams } from './check-params.ts'
export {
  type ApiKeyPosition,
  asksForHosts,
  awsHosts,
  CONNECTOR_AUTH_KINDS,
  type Connector,
  type ConnectorAuth,
  type ConnectorAuthKind,
  type ConnectorField,
  connectorFields,
  defineConnector,
  GENERIC_CONNECTORS,
  hasHttpCredentials,
  positionFault,
} from './connector.ts'
export {
  type ConnectorLookup,
  type ConnectorParts,
  type ConnectorRateLimit,
  choicesFor,
  type LookupChoice,
  type LookupContext,
  requireConnectionTo,
} from './connector-parts.ts'
export { cronFault } from './cron-fault.ts'
export {
  COLUMN_NAME_PATTERN,
  COLUMN_TYPES,
  type ColumnType,
  DATA_OPERATORS,
  type DataChange,
  type DataColumn,
  type DataCondition,
  type DataFilter,
  type DataOperator,
  type DataQuery,
  type DataRows,
  type DataRowValue,
  type DataWrite,
  type DataWritten,
  type KeyValue,
  type KeyValueChange,
  type KeyValueChanged,
  type NodeKeyValues,
  type NodeTables,
  ROW_FIELDS,
} from './data-tables.ts'
export { defineNode, type NodeDefinitionInput } from './define-node.ts'
export {
  CONTROL_KINDS,
  CONTROL_NAMES,
  type ControlKind,
  type ControlName,
  type InputDefinition,
  isContainer,
  isFinal,
  type LintFix,
  type LintRule,
  leavesIteration,
  NODE_CATEGORIES,
  type NodeCategory,
  type NodeDefinition,
  type NodeEffect,
  type NodeManifest,
  type NodeManifestEntry,
  type NodeParams,
  type NodeResult,
  type OutputFromParam,
  type OutputSchema,
  type ParamMeta,
  type PortDefinition,
  type PortsFromParam,
} from './definition.ts'
export {
  type DocumentContent,
  type DocumentReader,
  type DocumentReaderContext,
  type DocumentReaderOffer,
  type DocumentRequest,
  documentContentSchema,
  type StartedReading,
  type StoredDocument,
} from './documents.ts'
export { type FileContent, fileRefSchema, type NodeFiles } from './files.ts'
export { FORM_ANSWERS, type FormParams, formParams } from './form-params.ts'
export { handInputSchema, startsByHand } from './hand-input.ts'
export {
  type AwsCredentials,
  addCredentials,
  type HttpCredentials,
  isHostPattern,
  isUrlAllowed,
} from './http-credentials.ts'
export { createHttpResponse, type RawHttpResponse } from './http-response.ts'
export { implementInlineNode, implementNode, implementTrigger } from './implement-node.ts'
export {
  type AnyNodeImplementation,
  type Approvers,
  type ChildResult,
  type ChildSuspension,
  type InlineContext,
  type IterationResult,
  LOG_LEVELS,
  type LogLevel,
  type LoopSuspension,
  type NodeContext,
  type NodeImplementation,
  type NodeOutcome,
  type OnIterationFailure,
  type Resume,
  type Suspension,
  type ToolCallRecord,
  type Vote,
  type WaitFor,
} from './implementation.ts'
export { checkJsonSchema, findCertainFaults } from './json-schema/check-json-schema.ts'
export type {
  AssistantMessage,
  ChatMessage,
  FilePart,
  LanguageModel,
  LanguageModelRequest,
  LanguageModelResult,
  LanguageModelUsage,
  ModelFallback,
  ModelInfo,
  ModelPrices,
  ModelTool,
  ModelToolCall,
  ModelUsage,
  SystemMessage,
  TextPart,
  ToolMessage,
  UserMessage,
} from './language-model.ts'
export type { MailClient, MailMessage, MailRefusal, SentMail } from './mail.ts'
export { toManifest } from './manifest.ts'
export type {
  BegunModelCall,
  ModelBudget,
  ModelBudgets,
  ModelSpend,
  NodeModels,
  PlannedModelCall,
  SpentModelCall,
} from './model-budget.ts'
export {
  causeOfStatus,
  FALLBACK_CAUSES,
  MODEL_FAILURE_CAUSES,
  type ModelFailureCause,
  modelFailureCause,
} from './model-failure.ts'
export { addModelUsage, modelCostUsd } from './model-usage.ts'
export { createNodeRegistry, type NodeRegistry } from './node-registry.ts'
export type { Listen, ListenContext, Poll, PollContext, PolledItem, PollResult } from './poll.ts'
export { POLL_BEGINS, type PollParams, pollParams } from './poll-params.ts'
export type {
  Connection,
  HttpClient,
  HttpFetchInit,
  HttpRequestInit,
  HttpResponse,
  KeyProvider,
  WrappedKey,
} from './ports.ts'
export {
  CATCH_UP_POLICIES,
  type CatchUpPolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  SCHEDULE_REPEATS,
  type ScheduleParams,
  scheduleParams,
} from './schedule-params.ts'
export type { SqlClient, SqlRead, SqlResult, SqlStatement, SqlWrite } from './sql.ts'
export { faultOfFixedParam, faultOfOpenParam, toolArguments } from './tool-arguments.ts'
export { MAX_TOOLS, TOOL_APPROVALS, TOOL_NAME_PATTERN, type Tool, toolsParam } from './tools.ts'
export {
  eventParams,
  TRIGGER_KINDS,
  TRIGGER_PARAMS,
  type TriggerKind,
  WEBHOOK_ANSWERS,
  WEBHOOK_METHODS,
  WEBHOOK_SIGNATURES,
  type WebhookSignature,
  webhookOutput,
  webhookParams,
} from './trigger-params.ts'
