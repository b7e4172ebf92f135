import type { CanaryRuns } from '../tables/rollout-runs-repository.ts'
import type { VersionRolloutRow } from '../tables/rollout-tables.ts'

/** Rule of a canary, as its row has it. */
type CanaryRule = Pick<VersionRolloutRow, 'max_failure_percent' | 'min_runs' | 'promote_after'>

/**
 * Applies the rule of a canary to its runs: back to the former version if too many of enough ended runs have failed; to
 * all new runs if enough have completed otherwise. Runs that were canceled by a request say nothing about the version.
 *
 * @returns `null` while the rule decides nothing.
 */
export function judgeCanary(rule: CanaryRule, { completed, failed }: CanaryRuns): 'roll_back' | 'promote' | null {
  const ended = completed + failed
  const hasFailed = failed * 100 > rule.max_failure_percent * ended
  if (hasFailed) return ended >= rule.min_runs ? 'roll_back' : null
  return rule.promote_after !== null && completed >= rule.promote_after ? 'promote' : null
}
