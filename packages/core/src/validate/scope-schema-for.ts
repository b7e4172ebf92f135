import type { ParamPath } from '../document/operation.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { ScopeSchema } from '../expression/check/problem.ts'
import type { NodeId } from '../ids.ts'
import type { NodeManifest } from '../node/definition.ts'
import { createMeter } from './meter.ts'
import { ATTEMPT_ERROR_SCHEMA, buildScopeSchema, commonScopeSchema, isRetryIf } from './scope-schema.ts'
import { finish } from './slices.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

/**
 * Analyzes a workflow once and returns, for each of its nodes, the schema of the scope that its expressions can read:
 * for completion, for chips, for checking a template while it is edited.
 *
 * A key of `input` is `required` if it is present on every path; its schema has `x-writers`, the ids of the nodes that
 * may have written it, the last in document order first. `error` is present in error branches only, `item`,
 * `index` and `loop` inside of loops only.
 *
 * @param document - A valid document, such as the result of `readDraft`.
 * @returns A function of the node id, and of the path of a text of the node, such as `['policy', 'retryIf']`, where the
 * condition to try again reads the failure of an attempt as `error`; for an unknown node, the scope that all nodes share.
 */
export function createScopeSchemas(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
): (nodeId: NodeId, field?: ParamPath) => ScopeSchema {
  const survey = surveyDocument(document, manifest)
  const traced = finish(traceWorkflow(survey, createMeter()))
  return (nodeId, field = []) => {
    const node = traced.flow.byId.get(nodeId)
    const scope = node === undefined ? commonScopeSchema(survey) : buildScopeSchema({ ...traced, survey }, node)
    return isRetryIf(field) ? { ...scope, error: ATTEMPT_ERROR_SCHEMA } : scope
  }
}

/** {@link createScopeSchemas} for one node. */
export function scopeSchemaFor(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
  nodeId: NodeId,
): ScopeSchema {
  return createScopeSchemas(document, manifest)(nodeId)
}
