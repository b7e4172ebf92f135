import type { Decision, SkipReason } from '@tenon/core/run'
import { type FrameContext, nodeAt, nodeRunIdAt, nodeRunIdsAt, refuse } from './context.ts'
import { handleFailure } from './failure.ts'
import { finishDead, finishSkipped } from './finish-node.ts'
import { isRacing, type JoinVerdict } from './join.ts'
import { itemAt } from './lookup.ts'
import { dropLosers, findLosers, openAmong } from './losers.ts'
import { isHolding, schedule } from './open-runs.ts'
import { reuseOutcome } from './reuse.ts'
import { rulesOf, type SemanticsRules } from './semantics.ts'
import { PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/** Returns the rules with which this run was started. */
export function rulesFor(semantics: number): SemanticsRules {
  return rulesOf(semantics) ?? refuse(`Semantics ${semantics} are unknown to this interpreter`, { semantics })
}

/** Makes a node ready to start; a disabled one is skipped instead, and one with a reused outcome ends. */
export function start(context: FrameContext, turn: Turn, node: number): void {
  if (nodeAt(context, node).disabled) {
    turn.skipped.disabled.push(node)
    finishSkipped(context, turn, node, { clean: true })
    return
  }
  if (reuseOutcome(context, turn, node)) return
  context.undoLog.setItem(context.state.phases, node, PHASE.ready)
  turn.ready.push(node)
}

function fire(context: FrameContext, turn: Turn, node: number, { kind, arrived, need }: JoinVerdict): void {
  const { join, control, incoming } = nodeAt(context, node)
  const losers = isRacing(join) && kind === 'fire' ? findLosers(context, node) : []
  if (kind === 'fire' && (incoming.length > 1 || control === 'join')) {
    const names = nodeRunIdsAt(context, openAmong(context, losers))
    const data = { mode: join, arrived, need, losers: names }
    turn.following.push({ type: 'join_fired', nodeRunId: nodeRunIdAt(context, node), data })
  }
  dropLosers(context, turn, losers)
  start(context, turn, node)
}

function failJoin(context: FrameContext, turn: Turn, node: number, { arrived, need }: JoinVerdict): void {
  const { join } = nodeAt(context, node)
  const error = { code: 'JOIN_UNSATISFIED', message: `${arrived} of ${need} branches arrived` }
  const data = { mode: join, arrived, need, error }
  turn.following.push({ type: 'join_unsatisfied', nodeRunId: nodeRunIdAt(context, node), data })
  handleFailure(context, turn, turn.following, node, error)
}

function visitNode(context: FrameContext, rules: SemanticsRules, turn: Turn, node: number): void {
  const { state, undoLog } = context
  undoLog.visit()
  const { join, disabled } = nodeAt(context, node)
  const verdict = rules.judgeJoin(join, {
    pending: itemAt(state.pendingEdges, node),
    live: itemAt(state.arrivals, node),
    clean: itemAt(state.cleanArrivals, node),
  })
  switch (verdict.kind) {
    case 'wait': {
      if (!turn.arrivedAt.has(node)) return
      const { arrived, need } = verdict
      turn.following.push({ type: 'join_waiting', nodeRunId: nodeRunIdAt(context, node), data: { arrived, need } })
      return
    }
    case 'dead':
      turn.skipped.dead_path.push(node)
      finishDead(context, turn, node)
      return
    case 'unsatisfied':
      // A disabled node has no policy that could fail.
      if (disabled) fire(context, turn, node, verdict)
      else if (!reuseOutcome(context, turn, node)) failJoin(context, turn, node, verdict)
      return
    case 'fire':
      fire(context, turn, node, verdict)
      return
  }
}

/**
 * Propagates finished nodes through the graph. Edges lead from lower to higher indexes, so that document order visits
 * each node once per turn, after all nodes before it.
 */
export function propagate(context: FrameContext, turn: Turn): void {
  const { state, run } = context
  const rules = rulesOf(run.state.semantics)
  // A run that is canceled before its start has no rules and nothing to propagate.
  if (rules === undefined) return
  while (!turn.work.isEmpty && state.ending === null) visitNode(context, rules, turn, turn.work.pop())
}

const SKIP_ORDER: readonly SkipReason[] = ['skip_if', 'disabled', 'dead_path']
/** Skips that follow from decisions of the turn. */
const LAST_SKIPS: readonly SkipReason[] = ['loser', 'break']

function addSkipped(context: FrameContext, decisions: Decision[], turn: Turn, reason: SkipReason): void {
  const skipped = turn.skipped[reason]
  if (skipped.length === 0) return
  const nodes = skipped.sort((a, b) => a - b)
  decisions.push({ type: 'nodes_skipped', data: { nodeRunIds: nodeRunIdsAt(context, nodes), reason } })
}

/**
 * Orders the decisions of a turn in a frame and starts the nodes that are still ready, or holds them while the run is
 * paused or about to move to another version.
 */
export function conclude(context: FrameContext, turn: Turn): void {
  const { phases, held } = context.state
  const { turn: readsTurn } = context.run.state
  const holds = isHolding(context.run)
  const { decisions } = turn
  for (const reason of SKIP_ORDER) addSkipped(context, decisions, turn, reason)
  for (const decision of turn.following) decisions.push(decision)
  for (const reason of LAST_SKIPS) addSkipped(context, decisions, turn, reason)
  for (const node of turn.ready) {
    if (itemAt(phases, node) !== PHASE.ready) continue
    if (holds) context.undoLog.setEntry(held, node, readsTurn)
    else schedule(context, decisions, node, { at: turn.at, resume: null, params: null, readsTurn })
  }
}
