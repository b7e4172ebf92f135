import type { FunctionSignature } from './signature.ts'

/** Functions between values and JSON text, and about what a value is. */
export const JSON_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'toJson',
    family: 'json',
    parameters: [
      { name: 'value', type: 'any' },
      { name: 'indent', type: 'number', optional: true },
    ],
    returns: 'text',
    help: 'The value as JSON text, on lines indented by 1 to 10 spaces if asked for.',
    example: { expression: 'toJson({ a: [1, null] })', value: '{"a":[1,null]}' },
  },
  {
    name: 'parseJson',
    family: 'json',
    parameters: [{ name: 'text', type: 'text' }],
    returns: 'any',
    help: 'The value that a JSON text spells.',
    example: { expression: 'parseJson("[1, 2]")', value: [1, 2] },
  },
  {
    name: 'typeOf',
    family: 'json',
    parameters: [{ name: 'value', type: 'any' }],
    returns: 'text',
    help: 'What a value is: null, boolean, number, text, list or object.',
    example: { expression: 'typeOf([])', value: 'list' },
  },
  {
    name: 'isEmpty',
    family: 'json',
    parameters: [{ name: 'value', type: 'any' }],
    returns: 'boolean',
    help: 'Whether a value is null, or a text, list or object with nothing in it.',
    example: { expression: 'isEmpty("")', value: true },
  },
]
