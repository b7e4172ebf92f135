import type { Json } from '@tenon/core/document'
import { type IterationResult, implementInlineNode, type NodeParams, type NodeResult } from '@tenon/core/node'
import { failIteration } from '../shared/fail-iteration.ts'
import { forEach } from './definition.ts'

export const forEachNode = implementInlineNode(forEach, (params, { iterations, stoppedAt }) =>
  iterations === null
    ? {
        suspend: {
          kind: 'iterations',
          // Resolved templates contain JSON only.
          items: params.items as readonly Json[],
          count: params.items.length,
          concurrency: params.concurrency,
          onFailure: params.onFailure,
          keep: 'all',
        },
      }
    : toResult(iterations, stoppedAt, params),
)

function toResult(
  iterations: readonly IterationResult[],
  stoppedAt: number | null,
  { onFailure }: Pick<NodeParams<typeof forEach>, 'onFailure'>,
): NodeResult<typeof forEach> {
  const failures = iterations.flatMap(({ index, error }) => (error === null ? [] : [{ index, ...error }]))
  const [first] = failures
  if (first !== undefined && onFailure === 'fail') throw failIteration('Item', first.index, first)
  const kept = onFailure === 'ignore' ? iterations.filter(({ error }) => error === null) : iterations
  return {
    port: 'success',
    output: {
      results: kept.map(({ output }) => output),
      failures: onFailure === 'ignore' ? [] : failures.map(({ index, code, message }) => ({ index, code, message })),
      stoppedAt,
    },
  }
}
