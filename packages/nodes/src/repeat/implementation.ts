import { TenonError } from '@tenon/core/errors'
import {
  type IterationResult,
  implementInlineNode,
  type LoopSuspension,
  type NodeParams,
  type NodeResult,
} from '@tenon/core/node'
import { failIteration } from '../shared/fail-iteration.ts'
import { repeat } from './definition.ts'

type RepeatParams = NodeParams<typeof repeat>

export const repeatNode = implementInlineNode(repeat, (params, { iterations, stoppedAt }) => {
  const last = iterations?.at(-1) ?? null
  if (last !== null && last.error !== null) throw failIteration('Round', last.index, last.error)
  const rounds = last === null ? 0 : last.index + 1
  const isDone = stoppedAt !== null || !hasMore(params, rounds)
  return isDone ? toResult(rounds, last, stoppedAt) : nextRounds(params, rounds)
})

function hasMore({ mode, times, condition }: RepeatParams, rounds: number): boolean {
  if (mode === 'times') return rounds < times
  // The condition is late: it is absent before the first round.
  if (mode === 'until' && rounds === 0) return true
  if (condition === undefined) {
    throw new TenonError('NODE_PARAMS_INVALID', 'Invalid params of "repeat": condition', {
      details: { issues: [{ path: ['condition'], code: 'required', message: 'The repetition has no condition' }] },
    })
  }
  return mode === 'while' ? condition : !condition
}

/** Begins all rounds of a number of times at once, otherwise one, after which the condition is read again. */
function nextRounds({ mode, times, limit }: RepeatParams, rounds: number): LoopSuspension {
  if (mode !== 'times' && rounds >= limit) {
    throw new TenonError('LOOP_LIMIT_REACHED', `The condition asks for more than ${limit} rounds`, {
      details: { limit },
    })
  }
  const count = mode === 'times' ? times : rounds + 1
  return { suspend: { kind: 'iterations', items: null, count, concurrency: 1, onFailure: 'fail', keep: 'last' } }
}

function toResult(rounds: number, last: IterationResult | null, stoppedAt: number | null): NodeResult<typeof repeat> {
  return { port: 'success', output: { rounds, last: last?.output ?? null, stoppedAt } }
}
