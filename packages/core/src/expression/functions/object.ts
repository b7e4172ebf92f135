import type { FunctionParameter, FunctionSignature } from './signature.ts'

const object: FunctionParameter = { name: 'object', type: 'object' }
const keys: FunctionParameter = { name: 'keys', type: 'list' }
const path: FunctionParameter = { name: 'path', type: 'text' }

/** Functions over objects; they do not change their arguments. */
export const OBJECT_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'keys',
    family: 'object',
    parameters: [object],
    returns: { listOf: 'text' },
    help: 'The keys of an object.',
    example: { expression: 'keys({ a: 1, b: 2 })', value: ['a', 'b'] },
  },
  {
    name: 'values',
    family: 'object',
    parameters: [object],
    returns: 'list',
    help: 'The values of an object.',
    example: { expression: 'values({ a: 1, b: 2 })', value: [1, 2] },
  },
  {
    name: 'entries',
    family: 'object',
    parameters: [object],
    returns: { listOf: 'object' },
    help: 'The members of an object as a list of objects with key and value.',
    example: { expression: 'entries({ a: 1 })', value: [{ key: 'a', value: 1 }] },
  },
  {
    name: 'fromEntries',
    family: 'object',
    parameters: [{ name: 'list', type: 'list' }],
    returns: 'object',
    help: 'An object from a list of objects with key and value; later ones win.',
    example: { expression: 'fromEntries([{ key: "a", value: 1 }])', value: { a: 1 } },
  },
  {
    name: 'get',
    family: 'object',
    parameters: [{ name: 'value', type: 'any' }, path, { name: 'default', type: 'any', optional: true }],
    returns: 'any',
    help: 'The value at a path; the default if it is missing or null.',
    example: { expression: 'get({ a: { b: 1 } }, "a.c", 0)', value: 0 },
  },
  {
    name: 'has',
    family: 'object',
    parameters: [{ name: 'value', type: 'any' }, path],
    returns: 'boolean',
    help: 'True if there is a value at a path, even null.',
    example: { expression: 'has({ a: { b: 1 } }, "a.b")', value: true },
  },
  {
    name: 'merge',
    family: 'object',
    parameters: [{ name: 'objects', type: 'object', rest: true }],
    returns: 'object',
    help: 'The members of all objects in one; later ones win.',
    example: { expression: 'merge({ a: 1, b: 1 }, { b: 2 })', value: { a: 1, b: 2 } },
  },
  {
    name: 'set',
    family: 'object',
    parameters: [object, { name: 'key', type: 'text' }, { name: 'value', type: 'any' }],
    returns: 'object',
    help: 'The object with one member set.',
    example: { expression: 'set({ a: 1 }, "b", 2)', value: { a: 1, b: 2 } },
  },
  {
    name: 'pick',
    family: 'object',
    parameters: [object, keys],
    returns: 'object',
    help: 'The object with only the listed members that exist.',
    example: { expression: 'pick({ a: 1, b: 2 }, ["a"])', value: { a: 1 } },
  },
  {
    name: 'omit',
    family: 'object',
    parameters: [object, keys],
    returns: 'object',
    help: 'The object without the members listed.',
    example: { expression: 'omit({ a: 1, b: 2 }, ["a"])', value: { b: 2 } },
  },
]
