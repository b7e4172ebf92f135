import { documentShape } from '../document/parse-document.ts'
import type { Path } from '../document/structure.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { TenonError } from '../errors/index.ts'
import type { NodeManifest } from '../node/definition.ts'
import { checkCollisions } from './check-collisions.ts'
import { checkEdges } from './check-edges.ts'
import { checkGraph } from './check-graph.ts'
import { checkLint } from './check-lint.ts'
import { checkNodes } from './check-nodes.ts'
import { checkParams } from './check-params.ts'
import { checkPolicies } from './check-policy.ts'
import { checkSinks } from './check-sinks.ts'
import { checkTemplates } from './check-templates.ts'
import { errorIssue, type WorkflowIssue } from './issue.ts'
import { createSchemaChecker } from './schema-checker.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

/** A document whose very structure is wrong cannot be checked further. */
function malformedIssue(error: TenonError, document: unknown): WorkflowIssue {
  const path = error.details?.path as Path
  const nodes = (document as Partial<WorkflowDocument> | null)?.nodes
  const index = path[0] === 'nodes' ? path[1] : undefined
  const node: unknown = Array.isArray(nodes) && typeof index === 'number' ? nodes[index] : undefined
  const id = typeof node === 'object' && node !== null && 'id' in node ? node.id : undefined
  return errorIssue(
    'DOCUMENT_MALFORMED',
    error.message,
    typeof id === 'string' ? { nodeId: id, path: path.slice(2) } : { path },
  )
}

function parsed(document: WorkflowDocument): WorkflowDocument | WorkflowIssue {
  try {
    return documentShape(document, [])
  } catch (error) {
    // Parsers throw nothing else.
    return malformedIssue(error as TenonError, document)
  }
}

/** Issues in the order of the document's nodes; those of no node come first. */
function inDocumentOrder(issues: readonly WorkflowIssue[], document: WorkflowDocument): WorkflowIssue[] {
  const ranks = new Map(document.nodes.map(({ id }, index) => [id, index]))
  const rankOf = ({ nodeId }: WorkflowIssue): number => (nodeId === undefined ? -1 : (ranks.get(nodeId) as number))
  return [...issues].sort((a, b) => rankOf(a) - rankOf(b))
}

/**
 * A validator that remembers what it has found of params that stay as they are: for an editor, which asks again
 * after every pause of typing. It answers as {@link validateWorkflow} does.
 *
 * @param manifest - The node types of the server that will run the workflow.
 */
export function createWorkflowValidator(
  manifest: Pick<NodeManifest, 'nodes'>,
): (document: WorkflowDocument) => WorkflowIssue[] {
  const checkSchema = createSchemaChecker()
  return (document) => {
    const sound = parsed(document)
    if ('severity' in sound) return [sound]
    const issues: WorkflowIssue[] = []
    const report = (issue: WorkflowIssue): void => void issues.push(issue)
    const survey = surveyDocument(sound, manifest)
    checkGraph(survey, report)
    checkNodes(survey, report)
    checkEdges(survey, report)
    checkPolicies(survey, report)
    checkParams(survey, checkSchema, report)
    checkLint(survey, report)
    checkSinks(survey, report)
    const traced = traceWorkflow(survey)
    checkTemplates(survey, traced, report)
    checkCollisions(traced, report)
    return inDocumentOrder(issues, sound)
  }
}

/**
 * Everything that is wrong with a workflow, at once, each with its place and, where there is one, a fix that can be
 * dispatched. The editor calls it while people edit, the server before it publishes.
 *
 * It never throws, whatever the document is.
 *
 * @param manifest - The node types of the server that will run the workflow.
 * @returns Issues in the order of the document's nodes. A workflow without errors can be published; warnings are
 * for people to judge.
 *
 * @example
 * ```ts
 * const errors = validateWorkflow(document, manifest).filter(({ severity }) => severity === 'error')
 * ```
 */
export function validateWorkflow(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): WorkflowIssue[] {
  return createWorkflowValidator(manifest)(document)
}
