export type { DurationString } from '../duration.ts'
export { DURATION_PATTERN, durationToMs, isDurationString } from '../duration.ts'
export {
  NODE_ID_PATTERN,
  type NodeId,
  PORT_NAME_PATTERN,
  type RunId,
  TENANT_ID_PATTERN,
  type TenantId,
  type UserId,
  type WorkflowId,
} from '../ids.ts'
export { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
export type { DocumentOperation, NodeFields, NodeMove, ParamPath } from './operation.ts'
export {
  type Annotation,
  EMPTY_DOCUMENT,
  edgeId,
  type JoinMode,
  type NodePolicy,
  ON_ERROR_CHOICES,
  type OnError,
  type Position,
  type RetryPolicy,
  type Size,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  type WorkflowVariable,
} from './types.ts'
