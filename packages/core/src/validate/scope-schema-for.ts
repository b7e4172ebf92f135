import type { WorkflowDocument } from '../document/types.ts'
import type { ScopeSchema } from '../expression/check/problem.ts'
import type { NodeId } from '../ids.ts'
import type { NodeManifest } from '../node/definition.ts'
import { createMeter } from './meter.ts'
import { buildScopeSchema, commonScopeSchema } from './scope-schema.ts'
import { finish } from './slices.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

/**
 * Looks a workflow over once and then tells, for any of its nodes, what the node's expressions may read: for
 * completion, for chips, for checking one template while it is typed.
 *
 * A key of `input` is `required` where it is there on every path; its schema carries `x-writers`, the ids of the nodes
 * that may have written it, the last in document order first. `error` is there in error branches only.
 *
 * @param document - A sound document, such as `readDraft` gives.
 * @returns A function of the node's id; a node that is not there gets what every node may read.
 */
export function createScopeSchemas(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
): (nodeId: NodeId) => ScopeSchema {
  const survey = surveyDocument(document, manifest)
  const { flow, scopes, vars } = finish(traceWorkflow(survey, createMeter()))
  return (nodeId) => {
    const node = flow.byId.get(nodeId)
    return node === undefined ? commonScopeSchema(survey) : buildScopeSchema({ survey, scopes, vars }, node)
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
