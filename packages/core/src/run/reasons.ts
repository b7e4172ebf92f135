/**
 * Reason why a node did not run: no live edge reached it, its `skipIf` was true, it is disabled, or another branch
 * finished first; or `break`, if a break or a continue ended its iteration.
 */
export type SkipReason = 'dead_path' | 'skip_if' | 'disabled' | 'loser' | 'break'
/**
 * Reason of a cancelation: a user requested it, the deadline passed, an operator canceled the run in the engine, the
 * database permanently refused to store its data, the node run that started the run was canceled, or its log has reached
 * a limit.
 */
export type CancelReason = 'user' | 'timeout' | 'operator' | 'refused' | 'parent' | 'log_full'

/**
 * Reason why a failed attempt was the last one although the retry policy allows another: the condition of the node was
 * not true, or the next attempt would not begin within the total time of the node.
 */
export type NoRetryReason = 'retry_if' | 'total_timeout'

/**
 * Reason why a node run was canceled or dropped; `iteration_failed` for those that a failed iteration ended, `break` for
 * those that a break or a continue ended.
 */
export type NodeCancelReason = 'loser' | 'run_canceled' | 'run_failed' | 'iteration_failed' | 'break'
