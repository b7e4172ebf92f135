import type { FunctionSignature } from './signature.ts'

/** Functions that convert between values and JSON text, and functions about types. */
export const JSON_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'toJson',
    family: 'json',
    parameters: [
      { name: 'value', type: 'any' },
      { name: 'indent', type: 'number', optional: true },
    ],
    returns: 'text',
    help: 'The value as JSON text, optionally on lines indented by 1 to 10 spaces.',
    example: { expression: 'toJson({ a: [1, null] })', value: '{"a":[1,null]}' },
  },
  {
    name: 'parseJson',
    family: 'json',
    parameters: [{ name: 'text', type: 'text' }],
    returns: 'any',
    help: 'The value of a JSON text.',
    example: { expression: 'parseJson("[1, 2]")', value: [1, 2] },
  },
  {
    name: 'typeOf',
    family: 'json',
    parameters: [{ name: 'value', type: 'any' }],
    returns: 'text',
    help: 'The type of a value: null, boolean, number, text, list or object.',
    example: { expression: 'typeOf([])', value: 'list' },
  },
  {
    name: 'isEmpty',
    family: 'json',
    parameters: [{ name: 'value', type: 'any' }],
    returns: 'boolean',
    help: 'True if a value is null or an empty text, list or object.',
    example: { expression: 'isEmpty("")', value: true },
  },
]
