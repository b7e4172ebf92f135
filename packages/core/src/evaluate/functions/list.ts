import type { Json } from '../../json.ts'
import { type FunctionBodies, type FunctionBody, wholeNumber } from '../function-body.ts'
import { spendItems, spendSize, spendText } from '../meter.ts'
import { exact } from '../numbers.ts'
import { textOf } from '../write-json.ts'

type List = readonly Json[]

const slice: FunctionBody = ([list, start, end], call) => {
  const items = list as List
  const from = wholeNumber(call, start, 'start', Number.NEGATIVE_INFINITY)
  const to = end === undefined ? items.length : wholeNumber(call, end, 'end', Number.NEGATIVE_INFINITY)
  const absolute = (at: number) => Math.min(items.length, at < 0 ? Math.max(0, items.length + at) : at)
  spendItems(call.evaluation.meter, Math.max(0, absolute(to) - absolute(from)))
  return items.slice(from, to)
}

/** Concatenates lists, counted before the new list is built. */
const concat: FunctionBody = (args, { evaluation }) => {
  const lists = args as readonly List[]
  spendItems(
    evaluation.meter,
    lists.reduce((sum, list) => sum + list.length, 0),
  )
  return lists.flat()
}

const flatten: FunctionBody = ([list], { evaluation }) => {
  const items = list as List
  const lengthOf = (item: Json) => (Array.isArray(item) ? item.length : 1)
  spendItems(evaluation.meter, items.length)
  spendItems(
    evaluation.meter,
    items.reduce<number>((sum, item) => sum + lengthOf(item), 0),
  )
  return (items as readonly (Json | List)[]).flat()
}

const chunk: FunctionBody = ([list, size], call) => {
  const items = list as List
  const length = wholeNumber(call, size, 'size', 1)
  const count = Math.ceil(items.length / length)
  spendItems(call.evaluation.meter, items.length)
  spendItems(call.evaluation.meter, 2 * count)
  return Array.from({ length: count }, (_none, at) => items.slice(at * length, (at + 1) * length))
}

const range: FunctionBody = ([from, to, by = 1], call) => {
  const [start, end, increment] = [from as number, to as number, by as number]
  if (increment === 0) throw call.fault('EXPRESSION_VALUE', 'The step of range cannot be 0')
  const count = Math.max(0, Math.ceil((end - start) / increment))
  spendItems(call.evaluation.meter, count)
  return Array.from({ length: count }, (_none, at) => exact(start + at * increment, call.span))
}

const join: FunctionBody = ([list, separator = ','], { evaluation, span }) => {
  const items = list as List
  const { meter } = evaluation
  spendItems(meter, items.length)
  spendSize(meter, Math.max(0, items.length - 1) * (separator as string).length)
  const texts = items.map((item) => {
    const text = textOf(evaluation, item, span)
    spendText(meter, text.length)
    return text
  })
  return texts.join(separator as string)
}

/** Bodies of the list functions that take no path. */
export const LIST_BODIES: FunctionBodies = Object.freeze({
  first: ([list]) => (list as List)[0] ?? null,
  last: ([list]) => (list as List).at(-1) ?? null,
  slice,
  concat,
  reverse: ([list], { evaluation }) => {
    spendItems(evaluation.meter, (list as List).length)
    return (list as List).toReversed()
  },
  flatten,
  compact: ([list], { evaluation }) => {
    spendItems(evaluation.meter, (list as List).length)
    return (list as List).filter((item) => item !== null)
  },
  chunk,
  range,
  join,
})
