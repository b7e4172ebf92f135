import {
  canonicalText,
  durationToMs,
  type ErrorHandler,
  isDurationString,
  type NodeId,
  type StartBatching,
  type StartDebounce,
  type StartRate,
  sha256Hex,
  type WorkflowDocument,
} from '@tenon/core/document'
import { isContainer, leavesIteration, type NodeManifest } from '@tenon/core/node'
import {
  checkCompensations,
  findStartFaults,
  isInLoop,
  MAX_NESTING,
  nodesTooDeep,
  type SurveyedNode,
  surveyDocument,
  type WorkflowSurvey,
} from '@tenon/core/validate'
import { checkTools, compileCallable, connectionsOfTools } from './compile-calls.ts'
import { checkEdges, checkEnds, compileEdges, edgesByNode } from './compile-edges.ts'
import { createIssueList, type IssueList } from './compile-issues.ts'
import { compileNode } from './compile-node.ts'
import { createPolicyCompiler } from './compile-policy.ts'
import { itemAt } from './lookup.ts'
import type { PinnedWorkflow, Plan, PlanBatching, PlanDebounce, PlanErrorHandler, PlanLevel, PlanRate } from './plan.ts'

function checkNodes(nodes: readonly SurveyedNode[], issues: IssueList) {
  const seen = new Set<string>()
  for (const { node, entry } of nodes) {
    const path = ['nodes', node.id]
    if (seen.has(node.id)) issues.add(path, 'NODE_ID_DUPLICATE', `Two nodes have the id "${node.id}"`)
    seen.add(node.id)
    if (entry === undefined) {
      const message = `"${node.id}" is of the unknown type "${node.type}" version ${node.typeVersion}`
      issues.add([...path, 'type'], 'NODE_TYPE_UNKNOWN', message)
    }
  }
}

/** Reports nodes in others that are no loops, loops without nodes, and nodes that are inside or outside of loops only. */
function checkLoops({ nodes, byId }: WorkflowSurvey, issues: IssueList): void {
  const filled = new Set(nodes.map(({ node }) => node.parentId))
  for (const { node, entry } of nodes) {
    const path = ['nodes', node.id]
    const control = entry?.control
    if (isContainer(control) && !filled.has(node.id)) {
      issues.add(path, 'CONTAINER_EMPTY', `The loop "${node.id}" has no nodes`)
    }
    if (leavesIteration(control) && !isInLoop({ byId }, { node })) {
      issues.add(path, 'BREAK_OUTSIDE_LOOP', `"${node.id}" is not inside a loop`)
    }
    if (node.parentId === undefined) continue
    if (!isContainer(byId.get(node.parentId)?.entry?.control)) {
      issues.add(
        [...path, 'parentId'],
        'PARENT_NOT_CONTAINER',
        `"${node.id}" is inside "${node.parentId}", which holds no nodes`,
      )
    }
    if (control === 'trigger' || control === 'end') {
      issues.add([...path, 'parentId'], 'NODE_NOT_IN_CONTAINER', `"${node.id}" cannot be inside a loop`)
    }
  }
}

/** Reports nodes with too many others around them; each is a level of nesting of the plan. */
function checkNesting(survey: WorkflowSurvey, issues: IssueList): void {
  for (const { node } of nodesTooDeep(survey)) {
    const message = `"${node.id}" has more than ${MAX_NESTING} nodes around it`
    issues.add(['nodes', node.id, 'parentId'], 'NESTED_TOO_DEEP', message)
  }
}

function timeoutOf({ timeout }: WorkflowDocument['settings'], issues: IssueList): number | null {
  if (timeout === undefined) return null
  if (isDurationString(timeout)) return durationToMs(timeout)
  issues.add(['settings', 'timeout'], 'SETTING_INVALID', 'timeout must be a duration like 30s')
  return null
}

/** Returns the settings that decide when a run starts; defaults are left out, so that they change no plan. */
function admissionOf(
  settings: WorkflowDocument['settings'],
  issues: IssueList,
): Pick<Plan, 'concurrency' | 'rate' | 'dedupe' | 'debounce' | 'batching' | 'priority'> {
  const faults = findStartFaults(settings)
  for (const { path, fault } of faults) issues.add(['settings', ...path], 'SETTING_INVALID', fault)
  if (faults.length > 0) return {}
  const { concurrency, rate, dedupe, debounce, batching, priority = 'normal' } = settings
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rate === undefined ? {} : { rate: rateOf(rate) }),
    ...(dedupe === undefined ? {} : { dedupe: { key: dedupe.key, windowMs: durationToMs(dedupe.window) } }),
    ...(debounce === undefined ? {} : { debounce: debounceOf(debounce) }),
    ...(batching === undefined ? {} : { batching: batchingOf(batching) }),
    ...(priority === 'normal' ? {} : { priority }),
  }
}

function rateOf({ limit, interval, key }: StartRate): PlanRate {
  return { limit, intervalMs: durationToMs(interval), ...(key === undefined ? {} : { key }) }
}

function debounceOf({ delay, maxWait, key }: StartDebounce): PlanDebounce {
  const longest = maxWait === undefined ? {} : { maxWaitMs: durationToMs(maxWait) }
  return { delayMs: durationToMs(delay), ...longest, ...(key === undefined ? {} : { key }) }
}

function batchingOf({ maxSize, maxWait, key }: StartBatching): PlanBatching {
  return { maxSize, maxWaitMs: durationToMs(maxWait), ...(key === undefined ? {} : { key }) }
}

function errorHandlerOf({ workflow: workflowId, onTimeout, onCancel }: ErrorHandler): PlanErrorHandler {
  return {
    workflowId,
    ...(onTimeout === true ? { onTimeout } : {}),
    ...(onCancel === true ? { onCancel } : {}),
  }
}

/** Reports cycles; only a document without cycles has an order. */
function checkCycles({ cycles }: WorkflowSurvey, issues: IssueList): void {
  for (const cycle of cycles) {
    issues.add(['nodes', itemAt(cycle, 0)], 'WORKFLOW_CYCLE', `These nodes form a cycle: ${cycle.join(', ')}`)
  }
}

/**
 * Compiles a document to the plan that the machine runs: nodes in document order, adjacency by index, durations in
 * milliseconds, policies and params with the defaults of their types.
 *
 * `planHash` names the plan itself, so what a node type adds to it counts: the same document compiled after a change of
 * a node type is another plan, and runs that started before keep their plan.
 *
 * @param manifest - Must have each node type in the version that the document names.
 * @param survey - Survey of this document and manifest from `checkWorkflowInSlices`. @defaultValue a new survey
 * @param workflows - Versions of the workflows that nodes of the document run, and of its error handler, by workflow id.
 * @defaultValue none
 * @returns Fresh plain JSON, except that `params` may be those of the document.
 * @throws {@link TenonError} `WORKFLOW_INVALID` (details: `issues`, each with path, code and message) for cycles,
 * unknown types, invalid edges, policies out of range and features that are not available yet.
 */
export function compile(
  document: WorkflowDocument,
  manifest: Pick<NodeManifest, 'nodes'>,
  survey: WorkflowSurvey = surveyDocument(document, manifest),
  workflows: Readonly<Record<string, PinnedWorkflow>> = {},
): Plan {
  const issues = createIssueList()
  checkNodes(survey.nodes, issues)
  checkCycles(survey, issues)
  checkTools(survey.nodes, manifest, issues)
  checkLoops(survey, issues)
  checkEnds(document, issues)
  checkNesting(survey, issues)
  checkCompensations(survey, ({ severity, code, message, nodeId, edgeId, path }) => {
    if (severity === 'warning') return
    const at = edgeId === undefined ? ['nodes', nodeId, path].flat() : ['edges', edgeId]
    issues.add(
      at.filter((part) => part !== undefined),
      code,
      message,
    )
  })
  issues.throwIfAny()

  const { levels } = survey
  const policyOf = createPolicyCompiler(issues)
  const compileLevel = (loopId: NodeId | undefined): PlanLevel => {
    const within = levels.get(loopId) ?? []
    const edges = compileEdges(within)
    const atNode = edgesByNode(edges, within.length)
    const indexes = new Map(within.map(({ node }, index) => [node.id, index]))
    const nodes = within.map((surveyed, index) => {
      const { node, undoneBy } = surveyed
      const children = levels.has(node.id) ? compileLevel(node.id) : undefined
      const compensation = undoneBy === null ? undefined : indexes.get(undoneBy)
      const toolConnections = connectionsOfTools(surveyed, manifest)
      const parts = { children, compensation, toolConnections }
      return compileNode(surveyed, itemAt(atNode, index), edges, policyOf(surveyed), parts)
    })
    checkEdges(edges, nodes, issues)
    return { nodes, edges }
  }
  const { nodes, edges } = compileLevel(undefined)
  const { errorHandler } = document.settings
  const body = {
    nodes,
    edges,
    timeoutMs: timeoutOf(document.settings, issues),
    durability: document.settings.durability ?? 'normal',
    ...admissionOf(document.settings, issues),
    variables: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])),
    ...(document.settings.compensateOnCancel === false ? { compensatesOnCancel: false as const } : {}),
    ...(errorHandler === undefined ? {} : { errorHandler: errorHandlerOf(errorHandler) }),
    ...compileCallable(survey.nodes, manifest),
    ...(Object.keys(workflows).length === 0 ? {} : { workflows }),
  }
  issues.throwIfAny()
  return { planVersion: 1, planHash: sha256Hex(canonicalText(body)), ...body }
}
