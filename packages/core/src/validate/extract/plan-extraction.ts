import type { DocumentOperation } from '../../document/operation.ts'
import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from '../../document/types.ts'
import { schemaOfType } from '../../expression/types/type-to-schema.ts'
import type { JsonSchema } from '../../json.ts'
import type { NodeManifest } from '../../node/definition.ts'
import type { FlowNode } from '../flow-node.ts'
import { createMeter } from '../meter.ts'
import { finish } from '../slices.ts'
import { type SurveyedNode, surveyDocument } from '../survey.ts'
import { type TracedWorkflow, traceWorkflow } from '../trace-workflow.ts'
import { type BorderField, createBorderFields, memberOf, type NamedFields, textList } from './border-fields.ts'
import { changeReads } from './border-reads.ts'
import { type ChangedTemplate, textOperations } from './changed-templates.ts'
import { edgeOf, extractedWorkflow, inputOf, templatesOf, unusedId } from './extracted-workflow.ts'
import { createReasons, type ExtractedField, type ExtractionPlan, type ExtractionRequest } from './extraction.ts'
import { type ExtractionTypes, extractionTypes } from './extraction-types.ts'
import { findRegion, type Region } from './find-region.ts'
import { innerReads } from './inner-reads.ts'
import { outerReads, WHOLE } from './outer-reads.ts'
import { mayWrite, surroundingsOf } from './surroundings.ts'

/**
 * Plans to move nodes to a workflow of their own, and to replace them by a node that runs it. The result of a run stays the same;
 * what the document alone cannot prove to stay the same is refused, with the nodes that are at fault.
 *
 * @param document - A valid document, such as the result of `readDraft`.
 *
 * @example
 * ```ts
 * const plan = planExtraction(document, manifest, { nodeIds: ['charge', 'receipt'], name: 'Take payment' })
 * if (plan.ok) applyOperations(document, plan.extraction.operations('wf_123'))
 * ```
 */
export function planExtraction(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
  { nodeIds, name }: ExtractionRequest,
): ExtractionPlan {
  const reasons = createReasons()
  const refused = () => ({ ok: false, reasons: reasons.list() }) as const
  const types = extractionTypes(manifest)
  if (types === null) {
    reasons.add('TYPES_MISSING', [])
    return refused()
  }
  const survey = surveyDocument(document, manifest)
  const region = findRegion(survey, nodeIds, reasons)
  if (region === null) return refused()
  const traced = finish(traceWorkflow(survey, createMeter()))
  const around = surroundingsOf(traced, region)
  const callId = unusedId(document.nodes, 'sub_workflow')
  const { callKeys } = types

  // The names of the fields are known once all reads are collected; changes ask for them later.
  const named: { given?: NamedFields; put?: NamedFields } = {}
  const namesOf = (side: 'given' | 'put') => ({
    nameOf: (from: string) => (named[side] as NamedFields).nameOf(from),
    optionalName: () => (named[side] as NamedFields).optionalName,
  })
  const given = createBorderFields()
  const put = createBorderFields()
  const inner = innerReads(around, given, namesOf('given'), reasons)
  const names = { output: `nodes.${callId}.output.output`, ...namesOf('put') }
  const outer = outerReads(around, given, put, { callKeys, names, reasons })
  const isIn = ({ node }: SurveyedNode) => region.ids.has(node.id)
  const innerChanges = changeReads(survey, around, survey.ordered.filter(isIn), reasons, inner.change)
  const isOut = (surveyed: SurveyedNode) => !isIn(surveyed)
  const outerChanges = changeReads(survey, around, survey.ordered.filter(isOut), reasons, outer.change)

  const own = [...region.ids].map((id) => traced.flow.byId.get(id) as FlowNode)
  const adds = own.flatMap(({ exits }) => exits.map(({ facts }) => facts.adds))
  const isTaken = (field: string) => inner.inputKeys.has(field) || adds.some(({ fields }) => fields.has(field))
  const inputFields = given.name(isTaken)
  const outputFields = put.name(() => false)
  Object.assign(named, { given: inputFields, put: outputFields })
  const isExtra = (field: string) => !given.kept.has(field)
  if (
    outer.isWholeRead() &&
    adds.some(({ others }) => others !== 'no') &&
    inputFields.fields.some((field) => isExtra(field.name))
  ) {
    reasons.add('FIELDS_UNKNOWN', [], 'input')
  }
  if (reasons.list().length > 0) return refused()

  const reader = traced.flow.byId.get(region.outOf[0]?.target ?? '') ?? around.entry
  // Nodes inside a loop of the region write to the input of its iterations, not to that of later nodes.
  const writers = around.within(reader)
  const isHidden = (field: string) =>
    isExtra(field) || !(callKeys.has(field) || writers.some((node) => mayWrite(node, field)))
  const hidden = inputFields.fields.map((field) => field.name).filter(isHidden)
  const optional = given.optional.size === 0 ? null : memberOf('trigger', inputFields.optionalName)
  const whole = wholeInput(hidden, optional, callKeys)
  const inputs = typedFields(traced, around.entry, inputFields.fields)
  const outputs = typedFields(traced, reader, outputFields.fields).map((field) =>
    field.from === WHOLE ? { ...field, from: whole, schema: OBJECT } : field,
  )
  const variables = document.variables.filter((variable) => inner.readsVariable(variable.name))
  const built = extractedWorkflow(survey, region, types, { inputs, outputs, changes: innerChanges })
  return {
    ok: true,
    extraction: {
      document: { ...built, variables },
      inputs,
      outputs,
      variables: variables.map((variable) => variable.name),
      nodeIds: document.nodes.filter(({ id }) => region.ids.has(id)).map(({ id }) => id),
      callId,
      operations: (workflow) => {
        const call = {
          id: callId,
          type: types.call.type,
          typeVersion: types.call.version,
          name,
          params: { workflow, input: templatesOf(inputs) },
          position: region.entry.node.position,
          ...(region.parentId === undefined ? {} : { parentId: region.parentId }),
        }
        return replaceRegion(document, region, call, types, outerChanges)
      },
    },
  }
}

const OBJECT: JsonSchema = Object.freeze({ type: 'object' })

/** Returns the expression for what the region adds to `input`, without the fields that only carry its input. */
function wholeInput(hidden: readonly string[], optional: string | null, callKeys: ReadonlySet<string>): string {
  const own = hidden.length === 0 ? 'input' : `omit(input, ${textList(hidden)})`
  return optional === null ? own : `merge(pick(${optional}, ${textList(callKeys)}), ${own})`
}

/** Adds the schemas of fields, as a node reads their values. */
function typedFields(
  traced: TracedWorkflow,
  reader: FlowNode,
  fields: readonly BorderField[],
): readonly ExtractedField[] {
  return fields.map((field) => {
    // At a loop, `loop` is its own.
    const schema = field.from === 'loop' ? true : schemaOfType(traced.typeText(reader, `{{ ${field.from} }}`).type)
    return { ...field, schema }
  })
}

/** Returns the operations that replace a region by a node, and change what later nodes read. */
function replaceRegion(
  { nodes }: WorkflowDocument,
  region: Region,
  call: WorkflowNode,
  types: ExtractionTypes,
  changes: readonly ChangedTemplate[],
): readonly DocumentOperation[] {
  const edges: readonly WorkflowEdge[] = [
    ...region.into.map(({ source, sourceHandle }) =>
      edgeOf({ source, sourceHandle, target: call.id, targetHandle: inputOf(types.call) }),
    ),
    ...region.outOf.map(({ target, targetHandle }) =>
      edgeOf({ source: call.id, sourceHandle: types.callPort, target, targetHandle }),
    ),
  ]
  const distinct = new Map(edges.map((edge) => [edge.id, edge]))
  // The order of the document decides which fields of `input` hide earlier ones. Other nodes keep theirs if the new node
  // takes the position of the last extracted one, since nodes behind the region wait for that one.
  const last = nodes.findLastIndex(({ id }) => region.ids.has(id))
  return [
    ...region.nodes.map(({ node }) => ({ op: 'remove_node', nodeId: node.id }) as const),
    { op: 'add_node', node: call },
    { op: 'place_node', nodeId: call.id, before: nodes[last + 1]?.id ?? null },
    ...[...distinct.values()].map((edge) => ({ op: 'add_edge', edge }) as const),
    ...textOperations(changes),
  ]
}
