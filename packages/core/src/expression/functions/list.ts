import type { FunctionParameter, FunctionSignature } from './signature.ts'

/**
 * Operators with which `filter` and similar functions compare the value at a path with another; `exists` and `missing`
 * take none.
 */
export const CONDITION_OPERATORS = [
  ...['==', '!=', '>', '<', '>=', '<='],
  ...['contains', 'startsWith', 'endsWith', 'in', 'matches', 'exists', 'missing'],
] as const
/** One of {@link CONDITION_OPERATORS}. */
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number]

const list: FunctionParameter = { name: 'list', type: 'list' }
const path: FunctionParameter = { name: 'path', type: 'text', pathInItemsOf: 0 }
const optionalPath: FunctionParameter = { ...path, optional: true }
const condition: readonly FunctionParameter[] = [
  list,
  path,
  { name: 'operator', type: 'text', values: CONDITION_OPERATORS },
  { name: 'value', type: 'any', optional: true },
]

/**
 * Functions over lists. A path is what would follow an item: `"customer.name"`, `"lines.0"`; `"?.name"` if it may be
 * absent, `""` for the item itself.
 */
export const LIST_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'first',
    family: 'list',
    parameters: [list],
    returns: { itemOf: 0, orNull: true },
    help: 'The first item, null if the list is empty.',
    example: { expression: 'first([1, 2])', value: 1 },
  },
  {
    name: 'last',
    family: 'list',
    parameters: [list],
    returns: { itemOf: 0, orNull: true },
    help: 'The last item, null if the list is empty.',
    example: { expression: 'last([1, 2])', value: 2 },
  },
  {
    name: 'slice',
    family: 'list',
    parameters: [list, { name: 'start', type: 'number' }, { name: 'end', type: 'number', optional: true }],
    returns: { sameAs: 0 },
    help: 'The items from start up to but not including end; negative positions count from the end.',
    example: { expression: 'slice([1, 2, 3], 1)', value: [2, 3] },
  },
  {
    name: 'concat',
    family: 'list',
    parameters: [{ name: 'lists', type: 'list', rest: true }],
    returns: { joined: true },
    help: 'The items of all lists in one.',
    example: { expression: 'concat([1], [2, 3])', value: [1, 2, 3] },
  },
  {
    name: 'reverse',
    family: 'list',
    parameters: [list],
    returns: { sameAs: 0 },
    help: 'The items from last to first.',
    example: { expression: 'reverse([1, 2])', value: [2, 1] },
  },
  {
    name: 'sort',
    family: 'list',
    parameters: [
      list,
      optionalPath,
      { name: 'direction', type: 'text', optional: true, values: ['ascending', 'descending'] },
    ],
    returns: { sameAs: 0 },
    help: 'Sorts the items by the value at a path: all numbers, all dates or all texts. Equal items keep their order.',
    example: { expression: 'sort([{ n: 2 }, { n: 1 }], "n")', value: [{ n: 1 }, { n: 2 }] },
  },
  {
    name: 'unique',
    family: 'list',
    parameters: [list, optionalPath],
    returns: { sameAs: 0 },
    help: 'The items without those equal to an earlier one, or equal in the value at a path.',
    example: { expression: 'unique([1, 2, 1])', value: [1, 2] },
  },
  {
    name: 'flatten',
    family: 'list',
    parameters: [list],
    returns: 'list',
    help: 'The items, with lists among them replaced by their own items, one level deep.',
    example: { expression: 'flatten([[1], [2, 3], 4])', value: [1, 2, 3, 4] },
  },
  {
    name: 'compact',
    family: 'list',
    parameters: [list],
    returns: { sameAs: 0 },
    help: 'The items without null.',
    example: { expression: 'compact([1, null, 2])', value: [1, 2] },
  },
  {
    name: 'chunk',
    family: 'list',
    parameters: [list, { name: 'size', type: 'number' }],
    returns: { chunksOf: 0 },
    help: 'The items in lists of at most the given size.',
    example: { expression: 'chunk([1, 2, 3], 2)', value: [[1, 2], [3]] },
  },
  {
    name: 'range',
    family: 'list',
    parameters: [
      { name: 'start', type: 'number' },
      { name: 'end', type: 'number' },
      { name: 'increment', type: 'number', optional: true },
    ],
    returns: { listOf: 'number' },
    help: 'The numbers from start up to but not including end.',
    example: { expression: 'range(0, 6, 2)', value: [0, 2, 4] },
  },
  {
    name: 'join',
    family: 'list',
    parameters: [list, { name: 'separator', type: 'text', optional: true }],
    returns: 'text',
    help: 'The items as one text, with a separator ("," by default) between them.',
    example: { expression: 'join(["a", 1], "-")', value: 'a-1' },
  },
  {
    name: 'pluck',
    family: 'list',
    parameters: [list, path],
    returns: { pluckedFrom: 0, path: 1 },
    help: 'The value at a path of each item.',
    example: { expression: 'pluck([{ id: 1 }, { id: 2 }], "id")', value: [1, 2] },
  },
  {
    name: 'filter',
    family: 'list',
    parameters: condition,
    returns: { sameAs: 0 },
    help: 'The items for which a comparison holds.',
    example: { expression: 'filter([{ n: 1 }, { n: 5 }], "n", ">", 2)', value: [{ n: 5 }] },
  },
  {
    name: 'find',
    family: 'list',
    parameters: condition,
    returns: { itemOf: 0, orNull: true },
    help: 'The first item for which a comparison holds, null if there is none.',
    example: { expression: 'find([{ id: "a" }, { id: "b" }], "id", "==", "b")', value: { id: 'b' } },
  },
  {
    name: 'some',
    family: 'list',
    parameters: condition,
    returns: 'boolean',
    help: 'True if a comparison holds for at least one item.',
    example: { expression: 'some([1, 5], "", ">", 3)', value: true },
  },
  {
    name: 'every',
    family: 'list',
    parameters: condition,
    returns: 'boolean',
    help: 'True if a comparison holds for all items; true for an empty list.',
    example: { expression: 'every([1, 5], "", ">", 3)', value: false },
  },
  {
    name: 'count',
    family: 'list',
    parameters: condition,
    returns: 'number',
    help: 'The number of items for which a comparison holds.',
    example: { expression: 'count([{ done: true }, { done: false }], "done", "==", true)', value: 1 },
  },
  {
    name: 'groupBy',
    family: 'list',
    parameters: [list, path],
    returns: { groupsOf: 0 },
    help: 'An object of lists: the items by the text, number or boolean at a path.',
    example: {
      expression: 'groupBy([{ k: "a", n: 1 }, { k: "b", n: 2 }], "k")',
      value: { a: [{ k: 'a', n: 1 }], b: [{ k: 'b', n: 2 }] },
    },
  },
]
