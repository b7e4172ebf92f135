import { makeValueRef, type ReusedOutcome, type RunEvent, type RunFailure } from '@tenon/core/run'
import { endOutcomeOf } from '../interpreter/end-outcome.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { PlanIndex } from '../interpreter/plan-index.ts'

/** Outcomes that a run has recorded of its nodes outside of loops. */
export interface RecordedOutcomes {
  /** First fact of the run; `null` if it ended before its start. */
  readonly started: Extract<RunEvent, { readonly type: 'run_started' }>['data'] | null
  /** Outcomes by node. Nodes without one have not ended, failed for good or were canceled. */
  readonly outcomes: ReadonlyMap<string, ReusedOutcome>
  /** Hash of the plan that the run executed when a node got its outcome, by node; a run may have moved. */
  readonly plans: ReadonlyMap<string, string>
  /** Nodes that have begun, without those that lost a race. */
  readonly reached: ReadonlySet<string>
  /** True if the run has undone what a node had done: its outcomes no longer hold. */
  readonly isUndone: boolean
}

/** Reads the log of a run, event by event. */
export interface OutcomeCollector {
  /** Adds the next event of the log. */
  add(event: RunEvent): void
  /** Returns what the events so far say; the collector must not be used after it. */
  result(): RecordedOutcomes
}

/** Creates a collector for a run of a plan. Its memory depends on the nodes of the plan, not on the length of the log. */
export function createOutcomeCollector(index: PlanIndex): OutcomeCollector {
  let started: RecordedOutcomes['started'] = null
  let isUndone = false
  let planHash = ''
  const outcomes = new Map<string, ReusedOutcome>()
  const plans = new Map<string, string>()
  const reached = new Set<string>()
  const canceled = new Set<string>()
  const failures = new Map<string, RunFailure>()

  function addOfNode(event: RunEvent & { readonly nodeRunId: string }, node: PlanNode): void {
    const nodeId = node.id
    switch (event.type) {
      case 'node_scheduled':
        reached.add(nodeId)
        return
      case 'node_reused':
        reached.add(nodeId)
        outcomes.set(nodeId, { nodeId, ...event.data })
        return
      case 'node_cancel_requested':
        canceled.add(nodeId)
        return
      case 'node_completed': {
        // One that was being canceled has ended without data.
        if (canceled.has(nodeId)) return
        const { port, output, outcome } = event.data
        outcomes.set(nodeId, { nodeId, how: 'completed', port, output, ...(outcome === undefined ? {} : { outcome }) })
        return
      }
      case 'node_skipped':
        if (canceled.has(nodeId)) return
        outcomes.set(nodeId, { nodeId, how: 'skipped', port: node.ports[0] ?? 'success', output: makeValueRef({}) })
        return
      case 'node_failed':
      case 'node_parked':
        failures.set(nodeId, event.data.error)
        return
      case 'join_unsatisfied':
        reached.add(nodeId)
        failures.set(nodeId, event.data.error)
        return
      case 'failure_handled': {
        const { how, port, output } = event.data
        const error = failures.get(nodeId)
        if (how !== 'supplied') {
          outcomes.set(nodeId, { nodeId, how, port, output, ...(error === undefined ? {} : { error }) })
          return
        }
        const outcome = node.control === 'end' ? endOutcomeOf(node) : null
        outcomes.set(nodeId, { nodeId, how: 'completed', port, output, ...(outcome === null ? {} : { outcome }) })
      }
    }
  }

  return {
    add(event) {
      if (event.type === 'compensation_started') isUndone = true
      if (event.type === 'run_started') started = event.data
      if (event.type === 'run_started' || event.type === 'run_migrated') planHash = event.data.planHash
      if (event.type === 'join_fired') for (const loser of event.data.losers) reached.delete(loser)
      if (!('nodeRunId' in event) || event.nodeRunId === undefined) return
      const { nodeRunId } = event
      const position = index.indexOf(nodeRunId)
      if (position === undefined) return
      const before = outcomes.get(nodeRunId)
      addOfNode({ ...event, nodeRunId }, index.level.nodes[position] as PlanNode)
      if (outcomes.get(nodeRunId) !== before) plans.set(nodeRunId, planHash)
    },
    result: () => ({ started, outcomes, plans, reached, isUndone }),
  }
}
