import type { FunctionParameter, FunctionSignature } from './signature.ts'

const number: FunctionParameter = { name: 'number', type: 'number' }
const numbers: readonly FunctionParameter[] = [{ name: 'numbers', type: ['number', 'list'], rest: true }]
const digits: FunctionParameter = { name: 'digits', type: 'number', optional: true }
const amounts: readonly FunctionParameter[] = [
  { name: 'list', type: 'list' },
  { name: 'path', type: 'text', optional: true, pathInItemsOf: 0 },
]

/** Functions over numbers; every result is finite, and exact where it is whole. */
export const NUMBER_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'number',
    family: 'number',
    parameters: [{ name: 'value', type: ['text', 'number'] }],
    returns: 'number',
    help: 'The number in a text, such as "12.5" or "1e3".',
    example: { expression: 'number(" 12.5 ")', value: 12.5 },
  },
  {
    name: 'round',
    family: 'number',
    parameters: [number, digits],
    returns: 'number',
    help: 'The number rounded to the given decimal digits (0 to 15), halves away from zero.',
    example: { expression: 'round(1.005, 2)', value: 1.01 },
  },
  {
    name: 'floor',
    family: 'number',
    parameters: [number],
    returns: 'number',
    help: 'The next whole number below.',
    example: { expression: 'floor(2.7)', value: 2 },
  },
  {
    name: 'ceil',
    family: 'number',
    parameters: [number],
    returns: 'number',
    help: 'The next whole number above.',
    example: { expression: 'ceil(2.1)', value: 3 },
  },
  {
    name: 'abs',
    family: 'number',
    parameters: [number],
    returns: 'number',
    help: 'The number without its sign.',
    example: { expression: 'abs(-3)', value: 3 },
  },
  {
    name: 'sqrt',
    family: 'number',
    parameters: [number],
    returns: 'number',
    help: 'The square root.',
    example: { expression: 'sqrt(9)', value: 3 },
  },
  {
    name: 'power',
    family: 'number',
    parameters: [
      { name: 'base', type: 'number' },
      { name: 'exponent', type: 'number' },
    ],
    returns: 'number',
    help: 'The base raised to the exponent.',
    example: { expression: 'power(2, 10)', value: 1024 },
  },
  {
    name: 'min',
    family: 'number',
    parameters: numbers,
    returns: 'number',
    help: 'The smallest of some numbers, or of one list of them.',
    example: { expression: 'min(3, 1, 2)', value: 1 },
  },
  {
    name: 'max',
    family: 'number',
    parameters: numbers,
    returns: 'number',
    help: 'The largest of some numbers, or of one list of them.',
    example: { expression: 'max([3, 1, 2])', value: 3 },
  },
  {
    name: 'sum',
    family: 'number',
    parameters: amounts,
    returns: 'number',
    help: 'The sum of a list of numbers, or of the values at a path of each item.',
    example: { expression: 'sum([{ price: 2 }, { price: 3 }], "price")', value: 5 },
  },
  {
    name: 'average',
    family: 'number',
    parameters: amounts,
    returns: 'number',
    help: 'The mean of a list of numbers, or of the values at a path of each item.',
    example: { expression: 'average([1, 2, 6])', value: 3 },
  },
  {
    name: 'formatNumber',
    family: 'number',
    parameters: [
      number,
      { name: 'digits', type: 'number' },
      { name: 'group', type: 'text', optional: true },
      { name: 'point', type: 'text', optional: true },
    ],
    returns: 'text',
    help: 'The number with the given decimal digits (0 to 15) and a separator between thousands.',
    example: { expression: 'formatNumber(1234567.5, 2, ",")', value: '1,234,567.50' },
  },
]
