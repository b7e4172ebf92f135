export type { DurationString } from '../duration.ts'
export { DURATION_PATTERN, durationToMs, isDurationString, LONGEST_DURATIONS, MAX_DURATION_MS } from '../duration.ts'
export {
  type DataTableId,
  type FileId,
  NODE_ID_PATTERN,
  type NodeId,
  nodeTypeKey,
  PORT_NAME_PATTERN,
  type RunId,
  TASK_QUEUE_PATTERN,
  TENANT_ID_PATTERN,
  type TenantId,
  type UserId,
  type WorkflowId,
} from '../ids.ts'
export { clampInstant, isoInstant, MAX_INSTANT_MS } from '../instant.ts'
export { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
export { MAX_JSON_DEPTH } from '../text/json-depth.ts'
export { applyOperation, applyOperations } from './apply-operations.ts'
export { canonicalDocument } from './canonical-document.ts'
export { canonicalText } from './canonical-json.ts'
export { compensationsOf } from './compensations.ts'
export { connectionParamOf } from './connection-param.ts'
export {
  type DocumentGraph,
  type DocumentOrder,
  documentGraph,
  documentOrder,
  upstreamOf,
} from './document-order.ts'
export { humanize, isLongText } from './field-words.ts'
export {
  FILE_ID_PATTERN,
  FILE_SCHEMA,
  type FileRef,
  findFileRefs,
  isFileRef,
  isFileSchema,
  MAX_FILE_NAME,
} from './file-ref.ts'
export { fillParamDefaults } from './fill-param-defaults.ts'
export { behaviorHash, contentHash, sha256Hex } from './hash.ts'
export { canonicalJson, FORBIDDEN_KEYS, FORBIDDEN_PATH_KEYS, jsonEqual } from './json-values.ts'
export {
  inKeyOrder,
  isPointerWithin,
  isSorted,
  type KeyOrder,
  orderedKeys,
  paramPointer,
  writtenKeyOrder,
} from './key-order.ts'
export { DOCUMENT_LIMITS, RETRY_LIMITS, START_LIMITS, TASK_QUEUE_WAIT_MS } from './limits.ts'
export { mapNode, type NodeChanges, type NodeText, policyTexts, textLeaves } from './node-texts.ts'
export { type NodeTool, type ToolListingType, toolsOf } from './node-tools.ts'
export type { DocumentOperation, DraftPart, NodeFields, NodeMove, ParamPath } from './operation.ts'
export { parseOperations } from './operation-shape.ts'
export { insertParamItem, paramAt, removeParamItem, setParam, unsetParam } from './param-path.ts'
export { parseDocument } from './parse-document.ts'
export { ERROR_PORT, effectiveOnError, type ResolvedPort, resolveInputs, resolvePorts } from './ports.ts'
export {
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT,
  findRetryFaults,
  RETRY_INTERVAL_GROWTH,
  type RetryFault,
} from './retry-policy.ts'
export { arrangeSchema, keepSchemaOrder, orderedProperties, SCHEMA_ORDER_KEYWORD } from './schema-order.ts'
export {
  isMissingSecret,
  isSecretMarker,
  MISSING_SECRET,
  SECRET_SET_BY_MAX_LENGTH,
  type SecretMarker,
  secretParamsOf,
  withoutSecrets,
} from './secret-marker.ts'
export { ANNOTATION_ID_PATTERN, NODE_TYPE_PATTERN, VARIABLE_NAME_PATTERN } from './shape.ts'
export { type TableFault, type TableShape, tableFaultsOf, tableIdOf } from './table-faults.ts'
export {
  type Annotation,
  type ConcurrencyLimit,
  EMPTY_DOCUMENT,
  type ErrorHandler,
  edgeId,
  type JoinMode,
  type NodePolicy,
  ON_ERROR_CHOICES,
  type OnError,
  type Position,
  type RetryPolicy,
  RUN_PRIORITIES,
  type RunPriority,
  type Size,
  type StartBatching,
  type StartDebounce,
  type StartDedupe,
  type StartRate,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  type WorkflowTool,
  type WorkflowVariable,
} from './types.ts'
export { type NamedWorkflow, type WorkflowNamingType, workflowsNamedBy } from './workflow-params.ts'
