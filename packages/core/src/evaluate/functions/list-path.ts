import type { Json } from '../../json.ts'
import { listOrder } from '../compare.ts'
import type { FunctionBodies, FunctionBody, FunctionCall } from '../function-body.ts'
import { spendItems, spendReading, spendSteps } from '../meter.ts'
import { itemValues } from '../path-in-items.ts'
import { aKind, allowKey, kindOf } from '../values.ts'
import { keyText } from '../write-json.ts'

type List = readonly Json[]

const length = (value: Json) => (typeof value === 'string' ? value.length : 0)

/** Counts a sort before it begins, by its length, since the number of comparisons differs between engines. */
function spendSorting(values: List, { evaluation }: FunctionCall): void {
  const rounds = Math.ceil(Math.log2(values.length + 1))
  spendSteps(evaluation.meter, values.length * rounds)
  const characters = values.reduce<number>((sum, value) => sum + length(value), 0)
  spendReading(evaluation.meter, characters * rounds)
}

function mixedFault(values: List, call: FunctionCall): Error {
  const kinds = [...new Set(values.map((value) => kindOf(value, call.span)))]
  const code = kinds.length > 1 ? 'COMPARISON_TYPES_DIFFER' : 'EXPRESSION_TYPE'
  const found = kinds.map(aKind).join(' and ')
  return call.fault(code, `sort takes all numbers, all dates or all texts, not ${found}`)
}

const sort: FunctionBody = ([list, path = '', direction], call) => {
  const items = list as List
  const values = itemValues(items, path as string, call)
  spendSorting(values, call)
  spendItems(call.evaluation.meter, items.length)
  const compare = listOrder(values)
  if (compare === null) throw mixedFault(values, call)
  const sign = direction === 'descending' ? -1 : 1
  const order = items.map((_item, at) => at)
  order.sort((a, b) => sign * compare(a, b) || a - b)
  return order.map((at) => items[at] as Json)
}

const unique: FunctionBody = ([list, path = ''], call) => {
  const items = list as List
  const values = itemValues(items, path as string, call)
  const seen = new Set<string>()
  const kept = items.filter((_item, at) => {
    const key = keyText(call.evaluation, values[at] as Json, call.span)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  spendItems(call.evaluation.meter, kept.length)
  return kept
}

function groupKey(value: Json, call: FunctionCall): string {
  const kind = kindOf(value, call.span)
  if (kind === 'text' || kind === 'number' || kind === 'boolean') return allowKey(String(value), call.span)
  throw call.fault('EXPRESSION_TYPE', `groupBy takes texts, numbers or booleans as keys, not ${aKind(kind)}`)
}

const groupBy: FunctionBody = ([list, path], call) => {
  const items = list as List
  const values = itemValues(items, path as string, call)
  const { meter } = call.evaluation
  const groups = new Map<string, Json[]>()
  for (const [at, item] of items.entries()) {
    const key = groupKey(values[at] as Json, call)
    const group = groups.get(key) ?? []
    if (group.length === 0) spendItems(meter, Math.ceil(key.length / 8))
    spendItems(meter, 1)
    group.push(item)
    groups.set(key, group)
  }
  return Object.fromEntries(groups)
}

/** Bodies of the list functions that take a path. */
export const LIST_PATH_BODIES: FunctionBodies = Object.freeze({
  sort,
  unique,
  groupBy,
  pluck: ([list, path], call) => {
    const values = itemValues(list as List, path as string, call)
    spendItems(call.evaluation.meter, values.length)
    return values
  },
})
