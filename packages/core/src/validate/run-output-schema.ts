import type { WorkflowDocument } from '../document/types.ts'
import type { JsonSchema } from '../json.ts'
import type { NodeManifest } from '../node/definition.ts'
import { createMeter } from './meter.ts'
import { eitherSchema } from './schema-facts.ts'
import { finish } from './slices.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

/**
 * Returns the schema of the output of a workflow's runs, from the params `output` of its ends: for nodes that run the
 * workflow. A workflow with several ends gives one of their outputs.
 *
 * @param document - A valid document, such as that of a published version.
 * @returns `true` if nothing is known, as without an end.
 */
export function runOutputSchema(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): JsonSchema {
  const survey = surveyDocument(document, manifest)
  const { flow, typeOf } = finish(traceWorkflow(survey, createMeter()))
  const outputs = survey.nodes.flatMap(({ node, entry, params }): readonly JsonSchema[] => {
    const traced = flow.byId.get(node.id)
    if (entry?.control !== 'end' || node.disabled === true || traced === undefined) return []
    return [params.output === undefined ? true : typeOf(traced)(params.output)]
  })
  return outputs.length === 0 ? true : eitherSchema(outputs)
}
