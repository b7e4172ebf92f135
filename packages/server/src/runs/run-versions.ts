import type { RunEvent } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import { nodesWithin, type Plan, type PlanNode } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'

/** The versions that a run has executed one after the other. */
export interface RunVersions {
  /** Plan of the last one; `null` if it is gone. */
  readonly plan: Plan | null
  /**
   * Returns the turn of the first move after a turn.
   *
   * @param turn - `null` for a node run that was never scheduled.
   * @returns `undefined` if the run did not move after it.
   */
  movedAfter(turn: number | null): number | undefined
  /** Returns a node of the version that the run executed in a turn; without a turn, as the last version that has it. */
  nodeOf(nodeId: string, turn: number | null): PlanNode | undefined
}

interface Stretch {
  readonly planHash: string
  /** Turn of the move to the version; 0 for the first one. */
  readonly since: number
}

/** Reads the versions of a run: of what has ended before a move, the version before it says what it was. */
export async function readRunVersions(
  { reader }: Pick<ServerContext, 'reader'>,
  { tenantId, planHash, first }: StoredRun,
  events: readonly RunEvent[],
): Promise<RunVersions> {
  const moves = events.flatMap((event): readonly Stretch[] =>
    event.type === 'run_migrated' ? [{ planHash: event.data.planHash, since: event.turn }] : [],
  )
  const stretches: readonly Stretch[] = [{ planHash: first?.planHash ?? planHash, since: 0 }, ...moves]
  const plans = new Map<string, Plan | null>()
  for (const { planHash: hash } of stretches) {
    if (!plans.has(hash)) plans.set(hash, await reader.getPlan(tenantId, hash))
  }
  const nodes = new Map(
    [...plans].map(([hash, plan]) => [
      hash,
      new Map(plan === null ? [] : nodesWithin(plan).map((node) => [node.id, node])),
    ]),
  )
  return {
    plan: plans.get(planHash) ?? null,
    movedAfter: (turn) => (turn === null ? undefined : moves.find(({ since }) => since > turn)?.since),
    nodeOf(nodeId, turn) {
      // A move begins the nodes of its version in its own turn.
      const known = turn === null ? stretches : stretches.filter(({ since }) => since <= turn)
      return known.flatMap((each) => nodes.get(each.planHash)?.get(nodeId) ?? []).at(-1)
    },
  }
}
