import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type IterationResult, implementInlineNode, type NodeParams, type NodeResult } from '@tenon/core/node'
import { forEach } from './definition.ts'

export const forEachNode = implementInlineNode(forEach, (params, { iterations }) =>
  iterations === null
    ? {
        suspend: {
          kind: 'iterations',
          // Resolved templates contain JSON only.
          items: params.items as readonly Json[],
          concurrency: params.concurrency,
          onFailure: params.onFailure,
        },
      }
    : toResult(iterations, params),
)

function toResult(
  iterations: readonly IterationResult[],
  { onFailure }: Pick<NodeParams<typeof forEach>, 'onFailure'>,
): NodeResult<typeof forEach> {
  const failures = iterations.flatMap(({ index, error }) => (error === null ? [] : [{ index, ...error }]))
  const [first] = failures
  if (first !== undefined && onFailure === 'fail') throw failureOf(first)
  const kept = onFailure === 'ignore' ? iterations.filter(({ error }) => error === null) : iterations
  return {
    port: 'success',
    output: {
      results: kept.map(({ output }) => output),
      failures: onFailure === 'ignore' ? [] : failures.map(({ index, code, message }) => ({ index, code, message })),
    },
  }
}

function failureOf({
  index,
  code,
  message,
}: {
  readonly index: number
  readonly code: string
  readonly message: string
}) {
  return new TenonError('ITERATION_FAILED', `Item ${index + 1} failed: ${message}`, { details: { index, code } })
}
