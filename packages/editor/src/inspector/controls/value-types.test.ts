import type { Json } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { convertValue, type ValueType, valueTypeOf } from './value-types.ts'

describe('valueTypeOf', () => {
  test.each<[Json | undefined, ValueType]>([
    ['50', 'text'],
    ['', 'text'],
    ['Hello {{input.name}}', 'text'],
    ['{{input.a}}{{input.b}}', 'text'],
    ['{{input.name}}', 'expression'],
    [' {{ input.a ? "x" : "y" }} ', 'expression'],
    ['{{}}', 'expression'],
    [50, 'number'],
    [0, 'number'],
    [false, 'boolean'],
    [[1], 'list'],
    [{ a: 1 }, 'object'],
    [null, 'text'],
    [undefined, 'text'],
  ])('%j is of type %s', (value, type) => {
    expect(valueTypeOf(value)).toBe(type)
  })
})

describe('convertValue', () => {
  test.each<[Json | undefined, ValueType, Json]>([
    ['50', 'number', 50],
    [' -2.5 ', 'number', -2.5],
    ['fifty', 'number', 0],
    ['7615917337495251231', 'number', 0],
    [true, 'number', 0],
    [50, 'text', '50'],
    [true, 'text', 'true'],
    [[1, 2], 'text', '[\n  1,\n  2\n]'],
    ['{{input.a}}', 'text', ''],
    ['true', 'boolean', true],
    ['yes', 'boolean', false],
    ['a', 'list', ['a']],
    [5, 'list', [5]],
    ['', 'list', []],
    [null, 'list', []],
    [undefined, 'list', []],
    ['{{input.a}}', 'list', []],
    ['a', 'object', {}],
    ['a', 'expression', '{{ "a" }}'],
    [5, 'expression', '{{ 5 }}'],
    [{ a: [1] }, 'expression', '{{ { "a": [ 1 ] } }}'],
    [{ a: { b: 1 } }, 'expression', '{{ { "a": { "b": 1 } } }}'],
    ['Hello {{input.a}}', 'expression', '{{}}'],
    ['a }} b', 'expression', '{{}}'],
    ['', 'expression', '{{ null }}'],
    [undefined, 'expression', '{{ null }}'],
    ['same', 'text', 'same'],
    [undefined, 'text', ''],
    [5, 'number', 5],
  ])('%j as %s is %j', (value, type, expected) => {
    expect(convertValue(value, type)).toEqual(expected)
  })
})
