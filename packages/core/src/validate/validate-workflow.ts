import { faultsOf, sentenceOf } from '../document/faults.ts'
import { documentShape } from '../document/parse-document.ts'
import type { WorkflowDocument } from '../document/types.ts'
import type { NodeManifest } from '../node/definition.ts'
import { checkCollisions } from './check-collisions.ts'
import { checkComparisons } from './check-comparisons.ts'
import { checkCompensations } from './check-compensation.ts'
import { checkDepth } from './check-depth.ts'
import { checkEdges } from './check-edges.ts'
import { checkGraph } from './check-graph.ts'
import { checkLint } from './check-lint.ts'
import { checkLoops } from './check-loops.ts'
import { checkNodes } from './check-nodes.ts'
import { checkParams } from './check-params.ts'
import { checkPolicies } from './check-policy.ts'
import { checkRepeatedKeys } from './check-repeated-keys.ts'
import { checkRequests } from './check-requests.ts'
import { checkSinks } from './check-sinks.ts'
import { checkTemplates } from './check-templates.ts'
import { checkTexts } from './check-texts.ts'
import { checkTools } from './check-tools.ts'
import { checkWays } from './check-ways.ts'
import { errorIssue, type ReportIssue, type WorkflowIssue } from './issue.ts'
import { BudgetSpent, createMeter, type Meter } from './meter.ts'
import { createSchemaChecker, type SchemaChecker } from './schema-checker.ts'
import { finish } from './slices.ts'
import { surveyDocument, type WorkflowSurvey } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

/**
 * Limit of the work of one validation, in steps of well under a microsecond: about ten times the work for 10,000
 * connected nodes.
 */
export const VALIDATION_BUDGET = 20_000_000
const STEPS_PER_SLICE = 20_000

/** Returns the structural faults of a document as issues; such a document cannot be checked further. */
function malformedIssues(error: unknown, document: unknown): WorkflowIssue[] {
  const nodes = (document as Partial<WorkflowDocument> | null)?.nodes
  return faultsOf(error).map((fault) => {
    const { path } = fault
    const index = path[0] === 'nodes' ? path[1] : undefined
    const node: unknown = Array.isArray(nodes) && typeof index === 'number' ? nodes[index] : undefined
    const id = typeof node === 'object' && node !== null && 'id' in node ? node.id : undefined
    const at = typeof id === 'string' ? { nodeId: id, path: path.slice(2) } : { path }
    const values = { path: path.join('.'), fault: fault.message }
    return errorIssue('DOCUMENT_MALFORMED', sentenceOf(fault), { ...at, values })
  })
}

function parsed(
  document: WorkflowDocument,
): { readonly sound: WorkflowDocument } | { readonly issues: WorkflowIssue[] } {
  try {
    return { sound: documentShape(document, []) }
  } catch (error) {
    return { issues: malformedIssues(error, document) }
  }
}

/** Sorts issues by the order of the document's nodes; those without a node come first. */
function inDocumentOrder(issues: readonly WorkflowIssue[], document: WorkflowDocument): WorkflowIssue[] {
  if (issues.length < 2) return [...issues]
  const ranks = new Map(document.nodes.map(({ id }, index) => [id, index]))
  const rankOf = ({ nodeId }: WorkflowIssue): number => (nodeId === undefined ? -1 : (ranks.get(nodeId) as number))
  return [...issues].sort((a, b) => rankOf(a) - rankOf(b))
}

function tooComplex(meter: Meter): WorkflowIssue {
  const steps = Math.round(meter.steps)
  const message = `The check stopped after ${steps.toLocaleString('en-US')} steps. Split the workflow, or connect and name fewer nodes at once`
  return errorIssue('WORKFLOW_TOO_COMPLEX', message, { values: { steps } })
}

function* allChecks(
  survey: WorkflowSurvey,
  { checkSchema, meter }: Checking,
  report: ReportIssue,
): Generator<undefined, void> {
  meter.spend(survey.nodes.length + survey.document.edges.length)
  if (meter.endSliceIfOver()) yield
  checkGraph(survey, report)
  checkNodes(survey, report)
  checkLoops(survey, report)
  checkDepth(survey, report)
  checkEdges(survey, report)
  checkPolicies(survey, report)
  checkCompensations(survey, report)
  checkRepeatedKeys(survey, report)
  checkWays(survey, report)
  checkRequests(survey, report)
  yield* checkParams(survey, checkSchema, meter, report)
  yield* checkLint(survey, meter, report)
  yield* checkTools(survey, checkSchema, meter, report)
  checkTexts(survey, meter, report)
  yield* checkSinks(survey, meter, report)
  const traced = yield* traceWorkflow(survey, meter)
  yield* checkTemplates(survey, traced, report)
  yield* checkComparisons(traced, report)
  yield* checkCollisions(traced, report)
}

interface Checking {
  readonly manifest: Pick<NodeManifest, 'nodes'>
  readonly checkSchema: SchemaChecker
  readonly meter: Meter
}

/** Result of {@link checkWorkflowInSlices}. */
export interface CheckedWorkflow {
  /** Issues in the order of the document's nodes. */
  readonly issues: WorkflowIssue[]
  /** The survey that the checks worked on; `null` for a document with structural faults. */
  readonly survey: WorkflowSurvey | null
}

function* validation(
  document: WorkflowDocument,
  checking: Checking,
  isParsed = false,
): Generator<undefined, CheckedWorkflow> {
  const reading = isParsed ? { sound: document } : parsed(document)
  if ('issues' in reading) return { issues: reading.issues, survey: null }
  const { sound } = reading
  const issues: WorkflowIssue[] = []
  const survey = surveyDocument(sound, checking.manifest)
  try {
    yield* allChecks(survey, checking, (issue) => void issues.push(issue))
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    issues.push(tooComplex(checking.meter))
  }
  return { issues: inDocumentOrder(issues, sound), survey }
}

/**
 * Finds all issues of a workflow, each with its path and, if known, a fix.
 *
 * Never throws, for any document. The work is limited to {@link VALIDATION_BUDGET}: a workflow that needs more gets the
 * error `WORKFLOW_TOO_COMPLEX` in addition to the issues found so far. A large workflow can block the thread for a
 * large part of a second; use {@link validateWorkflowInSlices} to share the thread.
 *
 * @param manifest - The node types of the server that will run the workflow.
 * @returns Issues in the order of the document's nodes. A workflow without errors can be published; people decide about
 * warnings.
 *
 * @example
 * ```ts
 * const errors = validateWorkflow(document, manifest).filter(({ severity }) => severity === 'error')
 * ```
 */
export function validateWorkflow(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): WorkflowIssue[] {
  const meter = createMeter(VALIDATION_BUDGET)
  return finish(validation(document, { manifest, checkSchema: createSchemaChecker(meter), meter })).issues
}

/** Options of {@link checkWorkflowInSlices} for sharing the thread. */
export interface ValidationSlices {
  /** Yields the thread, such as `() => new Promise(setImmediate)`. May reject to stop the check. */
  readonly pause: () => Promise<void>
  /**
   * The document comes from `parseDocument` or `readDraft`, so its structure is not checked again.
   *
   * @defaultValue false
   */
  readonly isParsed?: boolean
  /** Work between two pauses, in steps of well under a microsecond. @defaultValue 20_000 */
  readonly stepsPerSlice?: number
  /** Steps after which the validation stops. @defaultValue {@link VALIDATION_BUDGET} */
  readonly maxSteps?: number
}

/**
 * Validates like {@link validateWorkflow} in slices with pauses, for a server with other requests and for an editor
 * whose page must remain responsive.
 *
 * @throws The reason with which `pause` rejects.
 *
 * @example
 * ```ts
 * const issues = await validateWorkflowInSlices(document, manifest, { pause: () => new Promise(setImmediate) })
 * ```
 */
export async function validateWorkflowInSlices(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
  slices: ValidationSlices,
): Promise<WorkflowIssue[]> {
  return (await checkWorkflowInSlices(document, manifest, slices)).issues
}

/**
 * Validates like {@link validateWorkflowInSlices} and also returns the survey of the document, which a compiler reuses.
 *
 * @throws The reason with which `pause` rejects.
 */
export async function checkWorkflowInSlices(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
  { pause, isParsed, stepsPerSlice = STEPS_PER_SLICE, maxSteps = VALIDATION_BUDGET }: ValidationSlices,
): Promise<CheckedWorkflow> {
  const meter = createMeter(maxSteps, stepsPerSlice)
  const checkSchema = createSchemaChecker(meter)
  const work = validation(document, { manifest, checkSchema, meter }, isParsed)
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    await pause()
  }
}
