import type { ConditionOperator } from '../../expression/functions/list.ts'
import type { Json } from '../../json.ts'
import { conditionHolds } from '../condition.ts'
import type { FunctionBodies, FunctionBody, FunctionCall } from '../function-body.ts'
import { spendItems, spendSteps } from '../meter.ts'
import { itemValue, readPath, valueAt } from '../path-in-items.ts'

interface ConditionCall {
  readonly items: readonly Json[]
  readonly holds: (item: Json, index: number) => boolean
}

function conditionOf(args: readonly Json[], call: FunctionCall): ConditionCall {
  const [items, path, operator, value] = args as readonly [readonly Json[], string, ConditionOperator, Json | undefined]
  const segments = readPath(path, call)
  const asksPresence = operator === 'exists' || operator === 'missing'
  if (asksPresence === (value !== undefined)) {
    const takes = asksPresence ? 'takes no value' : 'needs a value'
    throw call.fault('EXPRESSION_ARGUMENTS', `${call.name}: the operator ${operator} ${takes}`)
  }
  return {
    items,
    holds: (item, index) => {
      spendSteps(call.evaluation.meter, 1)
      const left = asksPresence ? valueAt(item, segments, call) : itemValue(item, index, segments, call)
      return conditionHolds(operator, left, value ?? null, call)
    },
  }
}

/** Creates a body whose result follows from a condition over a list. */
const conditional =
  (decide: (condition: ConditionCall, call: FunctionCall) => Json): FunctionBody =>
  (args, call) =>
    decide(conditionOf(args, call), call)

/** Bodies of the list functions that take a path, an operator and a value. */
export const CONDITION_BODIES: FunctionBodies = Object.freeze({
  filter: conditional(({ items, holds }, { evaluation }) => {
    const kept = items.filter(holds)
    spendItems(evaluation.meter, kept.length)
    return kept
  }),
  find: conditional(({ items, holds }) => items.find(holds) ?? null),
  some: conditional(({ items, holds }) => items.some(holds)),
  every: conditional(({ items, holds }) => items.every(holds)),
  count: conditional(({ items, holds }) => items.reduce<number>((sum, item, at) => sum + Number(holds(item, at)), 0)),
})
