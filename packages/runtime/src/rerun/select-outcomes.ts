import { canonicalText, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RerunFrom, ReusedOutcome, RunStatus } from '@tenon/core/run'
import { hasBit } from '../interpreter/bitset.ts'
import type { Plan, PlanLevel, PlanNode } from '../interpreter/plan.ts'
import type { PlanIndex } from '../interpreter/plan-index.ts'
import type { RecordedOutcomes } from './collect-outcomes.ts'

/** An ended run with its outcomes, and the plan of the run that repeats it. */
export interface OutcomeSelection extends Pick<RecordedOutcomes, 'outcomes' | 'plans' | 'reached' | 'isUndone'> {
  /** Status in which the earlier run has ended. */
  readonly status: RunStatus
  readonly from: RerunFrom
  /** Plan of the earlier run, the last one if it has moved. */
  readonly before: PlanIndex
  /** Plans that the earlier run executed before, by hash. @defaultValue none */
  readonly earlier?: ReadonlyMap<string, PlanIndex>
  /** Plan of the new run; it may be the same. */
  readonly after: PlanIndex
}

/**
 * Returns the outcomes that a rerun reuses, in document order: all but those of the chosen node and of the nodes that
 * follow from it.
 *
 * @throws {@link TenonError} `REFERENCE_NOT_FOUND` for a node that a plan lacks; `RERUN_REFUSED` (details: `issues`) if
 * nothing has failed, if the run has undone what it did, if the node is inside a loop or has not run, or if a node with a reused outcome has changed.
 */
export function selectOutcomes(selection: OutcomeSelection): readonly ReusedOutcome[] {
  const { from, before, outcomes } = selection
  if (from === 'start') return []
  if (selection.isUndone) {
    throw refused('The run has undone what its nodes had done, so that their outcomes no longer hold', {
      path: ['from'],
      code: 'undone',
      message: 'Run again from the start',
    })
  }
  const chosen = from === 'failed' ? null : chosenNode(selection, from.nodeId)
  if (chosen === null && selection.status === 'completed') {
    throw refused('The run has completed, so that nothing has failed', {
      path: ['from'],
      code: 'nothing_failed',
      message: 'Choose a node, or the start',
    })
  }
  const reused = before.level.nodes.flatMap(({ id, control }, node) => {
    const outcome = outcomes.get(id)
    const runsAgain = chosen !== null && (node === chosen || hasBit(before.ancestorsOf(node), chosen))
    // A trigger puts out the input, which is the same.
    return outcome === undefined || runsAgain || control === 'trigger' ? [] : [outcome]
  })
  checkUnchanged(selection, reused)
  return reused
}

/** Returns the index of the node from which a rerun runs. */
function chosenNode({ before, after, reached }: OutcomeSelection, nodeId: string): number {
  const path = ['from', 'nodeId']
  const node = before.indexOf(nodeId)
  if (node === undefined) {
    const level = before.levelOf(nodeId)
    if (level === undefined) throw unknownNode('The version of the run has no node with this id')
    throw refused('A run cannot run again from a node inside a loop or a scope', {
      path,
      code: 'inside_loop',
      message: `Choose the node "${outermostLoop(level)}" around it`,
    })
  }
  if (!reached.has(nodeId)) {
    throw refused('The node has not run, or a join no longer needed it', {
      path,
      code: 'not_reached',
      message: 'Choose a node that has run',
    })
  }
  if (after.indexOf(nodeId) === undefined) throw unknownNode('The latest version has no node with this id')
  return node
}

function outermostLoop(level: NonNullable<ReturnType<PlanIndex['levelOf']>>): string {
  let name = ''
  for (let at = level.loop; at !== null; at = at.level.loop) {
    const loop = at.level.level.nodes[at.node]
    name = loop?.name || (loop?.id ?? '')
  }
  return name
}

/** Most changed nodes that a refusal names. */
const MAX_NAMED = 20

/** Compares each node with the version that has given its outcome: nodes that have ended may have changed by a move. */
function checkUnchanged({ before, after, earlier, plans }: OutcomeSelection, reused: readonly ReusedOutcome[]): void {
  const changed = reused.flatMap(({ nodeId }) => {
    const gave = earlier?.get(plans.get(nodeId) ?? '') ?? before
    return gave.plan.planHash === after.plan.planHash ? [] : changedNodes(gave, after, [nodeId])
  })
  if (changed.length === 0) return
  const names = changed.slice(0, MAX_NAMED).map((nodeId) => `"${before.nodeOf(nodeId)?.name || nodeId}"`)
  throw refused(
    `The version has changed ${changed.length === 1 ? 'a node' : `${changed.length} nodes`} whose outcomes would be reused: ${names.join(', ')}`,
    ...changed.slice(0, MAX_NAMED).map((nodeId) => ({
      path: ['version'],
      code: 'changed',
      message: `The node "${before.nodeOf(nodeId)?.name || nodeId}" has changed`,
    })),
  )
}

interface Issue {
  readonly path: readonly string[]
  readonly code: string
  readonly message: string
}

function refused(message: string, ...issues: readonly Issue[]): TenonError {
  return new TenonError('RERUN_REFUSED', message, { details: { issues } })
}

function unknownNode(message: string): TenonError {
  const issue: Issue = { path: ['from', 'nodeId'], code: 'not_found', message: 'No node has this id' }
  return new TenonError('REFERENCE_NOT_FOUND', message, { details: { issues: [issue] } })
}

/**
 * Returns the nodes that differ between two plans in what their outcome depends on: type, params, conditions, incoming
 * edges, and for a loop the nodes inside. Names, retries and time limits do not count, since a recorded outcome no longer
 * depends on them.
 *
 * @param nodeIds - Nodes outside of loops, of the first plan.
 */
function changedNodes(before: PlanIndex, after: PlanIndex, nodeIds: Iterable<string>): readonly string[] {
  return [...nodeIds].filter((nodeId) => textOf(before.plan, before, nodeId) !== textOf(after.plan, after, nodeId))
}

function textOf(plan: Plan, index: PlanIndex, nodeId: string): string | null {
  const position = index.indexOf(nodeId)
  return position === undefined ? null : canonicalText(behaviorOf(plan, plan.nodes[position] as PlanNode))
}

function behaviorOf(level: PlanLevel, node: PlanNode): Json {
  const { id, type, typeVersion, params, control, ports, disabled, skipIf, join, children } = node
  return {
    ...{ id, type, typeVersion, control, disabled, skipIf },
    params: params as Json,
    ports: [...ports],
    join: typeof join === 'string' ? join : { ...join },
    incoming: node.incoming.map((edge) => edgeOf(level, edge)).sort(),
    children: children === undefined ? null : children.nodes.map((child) => behaviorOf(children, child)),
  }
}

function edgeOf(level: PlanLevel, edge: number): string {
  const { source, sourceHandle, targetHandle } = level.edges[edge] as PlanLevel['edges'][number]
  return JSON.stringify([level.nodes[source]?.id, sourceHandle, targetHandle])
}
