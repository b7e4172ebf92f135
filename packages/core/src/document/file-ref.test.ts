import { describe, expect, test } from 'vitest'
import { checkJsonSchema } from '../node/json-schema/check-json-schema.ts'
import { FILE_SCHEMA, findFileRefs, isFileRef, isFileSchema } from './file-ref.ts'

const ref = { file: `fil_${'0a'.repeat(16)}`, name: 'a.pdf', type: 'application/pdf', size: 12 }

describe('isFileRef', () => {
  test.each([
    [ref, true],
    [{ ...ref, pages: 3 }, true],
    [{ ...ref, file: 'fil_1' }, false],
    [{ ...ref, file: 7 }, false],
    [{ ...ref, name: undefined }, false],
    [{ ...ref, type: null }, false],
    [{ ...ref, size: 1.5 }, false],
    [{ ...ref, size: -1 }, false],
    [null, false],
    ['fil_', false],
  ])('%j: %s', (value, expected) => {
    expect(isFileRef(value)).toBe(expected)
  })
})

test('FILE_SCHEMA accepts a reference, and names what is missing in another value', () => {
  expect(checkJsonSchema(FILE_SCHEMA, ref)).toEqual([])
  expect(checkJsonSchema(FILE_SCHEMA, { ...ref, file: 'x' })).toMatchObject([{ path: ['file'] }])
  expect(checkJsonSchema(FILE_SCHEMA, 'x')).not.toEqual([])
})

test.each([
  [FILE_SCHEMA, true],
  [{ type: 'string', format: 'file' }, false],
  [{ type: 'object' }, false],
  [true, false],
  [undefined, false],
])('isFileSchema: %j is %s', (schema, expected) => {
  expect(isFileSchema(schema)).toBe(expected)
})

test('findFileRefs finds each reference with its path, up to a limit', () => {
  const value = { a: [ref, { b: ref }], c: null, d: 'text' }
  expect(findFileRefs(value)).toEqual([
    { path: ['a', 0], ref },
    { path: ['a', 1, 'b'], ref },
  ])
  expect(findFileRefs(value, 1)).toHaveLength(1)
  const outer = { ...ref, pages: [ref] }
  expect(findFileRefs(outer)).toEqual([
    { path: [], ref: outer },
    { path: ['pages', 0], ref },
  ])
})
